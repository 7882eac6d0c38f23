"""``clearing index``: arguments come in, one command on the common index runs.

Only typer is loaded here; each command loads what it needs when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

LeaveWith = Callable[[Callable[[], int]], NoReturn]

def index_commands(leave_with: LeaveWith) -> typer.Typer:
    """The commands of ``clearing index``; ``leave_with`` runs one and ends with its exit status."""
    commands = typer.Typer(no_args_is_help=True, help="Fix, verify and rebalance the common index; see docs/index.md.")
    _add_report(commands, leave_with)
    return commands


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
