"""``clearing index``: arguments come in, one command on the common index runs.

Only typer is loaded here; each command loads what it needs when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

LeaveWith = Callable[[Callable[[], int]], NoReturn]

Methodology = Annotated[
    Path, typer.Argument(metavar="METHODOLOGY", help="A methodology.toml, or a folder of all its versions.")
]
Quotes = Annotated[list[Path], typer.Argument(metavar="QUOTES...", help="CSV files of quotes, or folders of them.")]
Record = Annotated[Path, typer.Argument(metavar="FIXING.json", help="The record of a fixing.")]
Previous = Annotated[
    Path | None, typer.Option(metavar="FIXING.json", help="The fixing before, for last values and one-day returns.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Out = Annotated[Path, typer.Option(metavar="PATH", help="A path where nothing is yet.")]


def index_commands(leave_with: LeaveWith) -> typer.Typer:
    """The commands of ``clearing index``; ``leave_with`` runs one and ends with its exit status."""
    commands = typer.Typer(no_args_is_help=True, help="Fix, verify and rebalance the common index; see docs/index.md.")
    _add_fix(commands, leave_with)
    _add_verify(commands, leave_with)
    _add_rebalance(commands, leave_with)
    _add_stress(commands, leave_with)
    _add_report(commands, leave_with)
    return commands


def _add_fix(commands: typer.Typer, leave_with: LeaveWith) -> None:
    @commands.command()
    def fix(
        methodology: Methodology,
        quotes: Quotes,
        out: Out,
        day: Annotated[str | None, typer.Option(metavar="DAY", help="Fix this day, into one file.")] = None,
        first: Annotated[
            str | None, typer.Option("--from", metavar="DAY", help="Fix every day with quotes from here ...")
        ] = None,
        last: Annotated[
            str | None, typer.Option("--to", metavar="DAY", help="... to here, into a folder, each after the other.")
        ] = None,
        previous: Previous = None,
        restates: Annotated[
            Path | None, typer.Option(metavar="FIXING.json", help="The revision of this day that is corrected.")
        ] = None,
        reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it is corrected.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Compute the index of a day, or of many, from quotes: every value, what was rejected, and why."""

        def run() -> int:
            from clearing.doors.index.fix import Asked, fix_index

            asked = Asked(methodology, quotes, out, day, first, last, previous, restates, reason)
            return fix_index(asked, as_json=as_json)

        leave_with(run)


def _add_verify(commands: typer.Typer, leave_with: LeaveWith) -> None:
    @commands.command()
    def verify(
        records: Annotated[
            list[Path], typer.Argument(metavar="FIXING.json...", help="Records of fixings, or folders of them.")
        ],
        previous: Annotated[
            Path | None, typer.Option(metavar="FIXING.json", help="The fixing that must be the one before.")
        ] = None,
        digest: Annotated[str | None, typer.Option(metavar="HEX", help="Trusted digest.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Compute every figure of fixings again from their own quotes; name the first that differs."""

        def run() -> int:
            from clearing.doors.index.verify_fixing import verify_index

            return verify_index(records, previous=previous, digest=digest, as_json=as_json)

        leave_with(run)


def _add_rebalance(commands: typer.Typer, leave_with: LeaveWith) -> None:
    @commands.command()
    def rebalance(
        fixing: Record,
        effective: Annotated[str, typer.Option(metavar="DAY", help="The first day that the new version fixes.")],
        out: Annotated[Path, typer.Option(metavar="FILE", help="The new methodology.toml: a path where nothing is.")],
        without: Annotated[
            list[str] | None, typer.Option(metavar="ASSET", help="A constituent that ceases; may be repeated.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Make the next version of a methodology at the values of a fixing, chain-linked: the index does not jump."""

        def run() -> int:
            from clearing.doors.index.rebalance import rebalance_index

            return rebalance_index(fixing, effective=effective, without=without or [], out=out, as_json=as_json)

        leave_with(run)


def _add_stress(commands: typer.Typer, leave_with: LeaveWith) -> None:
    @commands.command()
    def stress(
        fixing: Record,
        shock: Annotated[str, typer.Argument(metavar="ASSET=SHOCK", help="An asset and what it does: USD=-50%.")],
        as_json: AsJson = False,
    ) -> None:
        """Tell what would move, and by how much, if one asset alone rose or fell."""

        def run() -> int:
            from clearing.doors.index.stress import stress_index

            return stress_index(fixing, shock, as_json=as_json)

        leave_with(run)


def _add_report(commands: typer.Typer, leave_with: LeaveWith) -> None:
    @commands.command()
    def report(
        folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of fixing records.")],
        out: Annotated[
            Path | None, typer.Option(metavar="FILE", help="The page; default report.html in the folder, replaced.")
        ] = None,
    ) -> None:
        """Draw the history of an index as one HTML page: values, contributions, leave-one-out, residuals, statuses."""

        def run() -> int:
            from clearing.doors.index.report_history import report_history

            return report_history(folder, out)

        leave_with(run)
