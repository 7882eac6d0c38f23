"""The commands of ``clearing house`` that look back: log, proofs, checkpoints, replays; arguments in, one runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clearing.doors.house.arguments import AsJson, Bundles, Database, KeyFile, Leave, RulebookFile, SessionId


def audit_commands(commands: typer.Typer, leave_with: Leave) -> None:
    """Add them."""
    _proofs(commands, leave_with)
    _past(commands, leave_with)


def _proofs(commands: typer.Typer, leave_with: Leave) -> None:
    @commands.command()
    def proof(offer: Annotated[str, typer.Argument(metavar="OFFER")], database: Database = None) -> None:
        """Prove that an offer, as last submitted or amended, stands in the journal; prints JSON."""

        def run() -> int:
            from clearing.doors.house.audit_commands import prove_offer

            return prove_offer(database, offer)

        leave_with(run)

    @commands.command()
    def consistency(
        first: Annotated[int, typer.Argument(metavar="A")],
        second: Annotated[int, typer.Argument(metavar="B")],
        database: Database = None,
    ) -> None:
        """Prove that the journal of A events is a prefix of that of B; prints JSON."""

        def run() -> int:
            from clearing.doors.house.audit_commands import prove_growth

            return prove_growth(database, first, second)

        leave_with(run)

    @commands.command()
    def checkpoint(database: Database = None, sign: KeyFile = None) -> None:
        """Print the journal's size and root as a note for a witness outside, signed if a key is given."""

        def run() -> int:
            from clearing.doors.house.audit_commands import make_checkpoint

            return make_checkpoint(database, sign)

        leave_with(run)

    @commands.command()
    def check_proof(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A receipt, or what proof or consistency printed.")],
        checkpoint: Annotated[Path | None, typer.Option(metavar="NOTE", help="A checkpoint that was kept.")] = None,
        root: Annotated[str | None, typer.Option(metavar="HEX", help="Trusted root of the journal.")] = None,
        key: Annotated[str | None, typer.Option(metavar="PUB", help="Trusted public key.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Check a receipt or proof by itself: no house is needed."""

        def run() -> int:
            from clearing.doors.house.audit_commands import check_proof

            return check_proof(file, checkpoint=checkpoint, root=root, key=key, as_json=as_json)

        leave_with(run)


def _past(commands: typer.Typer, leave_with: Leave) -> None:
    @commands.command()
    def log(
        database: Database = None,
        kind: Annotated[str | None, typer.Option(metavar="KIND", help="As session.closed.")] = None,
        actor: Annotated[str | None, typer.Option(metavar="ACTOR", help="house, or a participant.")] = None,
        about: Annotated[str | None, typer.Option(metavar="TEXT", help="What an event or its lines contain.")] = None,
        after: Annotated[int, typer.Option(metavar="N", min=0, help="Events after this one.")] = 0,
        as_json: AsJson = False,
    ) -> None:
        """Search the journal; with --json its events as they are, one a line."""

        def run() -> int:
            from clearing.doors.house.audit_commands import show_log

            return show_log(database, kind=kind, actor=actor, about=about, after=after, as_json=as_json)

        leave_with(run)

    @commands.command()
    def replay(
        every: Annotated[bool, typer.Option("--all", help="Every clearing that the journal cites.")],
        database: Database = None,
        bundles: Bundles = None,
        as_json: AsJson = False,
    ) -> None:
        """Compute every past session again and compare it with its bundle and the journal."""

        def run() -> int:
            from clearing.doors.house.audit_commands import replay_all

            return replay_all(database, bundles=bundles, as_json=as_json)

        leave_with(run)

    @commands.command()
    def what_if(
        session: SessionId,
        database: Database = None,
        rulebook: RulebookFile = None,
        out: Annotated[
            list[str] | None, typer.Option("--without", metavar="PARTICIPANT", help="May be given again.")
        ] = None,
        bundles: Bundles = None,
        as_json: AsJson = False,
    ) -> None:
        """Clear a past session under another rulebook or without a desk, binding nobody: who gains, who loses."""

        def run() -> int:
            from clearing.doors.house.audit_commands import what_if

            return what_if(database, session, rulebook=rulebook, out=out or [], bundles=bundles, as_json=as_json)

        leave_with(run)
