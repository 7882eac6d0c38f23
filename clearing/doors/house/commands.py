"""``clearing house``: arguments come in, one command runs.

Only typer is loaded here; each command loads what it needs when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clearing.doors.house.arguments import (
    AcceptFixing,
    Actor,
    AsJson,
    Bundles,
    CsvFile,
    Database,
    FixingFile,
    Key,
    KeyFile,
    Leave,
    OneSession,
    ParticipantId,
    Receipt,
    RulebookFile,
    SessionId,
)
from clearing.doors.house.audit_list import audit_commands


def house_commands(leave_with: Leave) -> typer.Typer:
    """The commands of ``clearing house``."""
    commands = typer.Typer(no_args_is_help=True, help="Keep a house that lasts: desks, a standing book, sessions.")
    _house(commands, leave_with)
    _registers(commands, leave_with)
    _offers(commands, leave_with)
    _sessions(commands, leave_with)
    _steps(commands, leave_with)
    _views(commands, leave_with)
    _accounts(commands, leave_with)
    audit_commands(commands, leave_with)
    return commands


def _house(commands: typer.Typer, leave_with: Leave) -> None:
    @commands.command()
    def init(
        database: Database = None,
        rulebook: RulebookFile = None,
        veto_minutes: Annotated[
            int, typer.Option(metavar="N", min=0, max=525_600, help="Length of the veto window.")
        ] = 0,
    ) -> None:
        """Make the database and found the house."""

        def run() -> int:
            from clearing.doors.house.session_commands import found

            return found(database, rulebook=rulebook, veto_minutes=veto_minutes)

        leave_with(run)

    @commands.command()
    def rulebook(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A rulebook.toml.")], database: Database = None
    ) -> None:
        """Set another rulebook for the sessions to come; past ones keep theirs."""

        def run() -> int:
            from clearing.doors.house.session_commands import change_rulebook

            return change_rulebook(database, file)

        leave_with(run)

    @commands.command()
    def migrate(database: Database = None) -> None:
        """Bring an older database up to date."""

        def run() -> int:
            from clearing.doors.house.session_commands import migrate

            return migrate(database)

        leave_with(run)

    @commands.command()
    def check(database: Database = None, as_json: AsJson = False) -> None:
        """Check the journal, make every table anew from it and compare."""

        def run() -> int:
            from clearing.doors.house.session_commands import check

            return check(database, as_json=as_json)

        leave_with(run)


def _registers(commands: typer.Typer, leave_with: Leave) -> None:
    def register(name: str, help_text: str) -> None:
        @commands.command(name, help=help_text)
        def _command(
            file: CsvFile,
            database: Database = None,
            sign: KeyFile = None,
            receipt: Receipt = None,
            as_json: AsJson = False,
        ) -> None:
            def run() -> int:
                from clearing.doors.house.receipts import Told
                from clearing.doors.house.register_files import register_file

                return register_file(database, sign, name, file, told=Told(receipt, as_json))

            leave_with(run)

    register("participants", "Register participants, or change the terms of known ones.")
    register("assets", "Register assets.")
    register("stocks", "Declare what there is of stocks.")
    register("obligations", "Enter accepted obligations.")

    @commands.command()
    def fixing(
        file: FixingFile, accept_fixing: AcceptFixing = None, database: Database = None, as_json: AsJson = False
    ) -> None:
        """Record the values of a fixing for the sessions to come."""

        def run() -> int:
            from clearing.doors.house.register_files import fix_values

            return fix_values(database, file, accept_fixing=accept_fixing, as_json=as_json)

        leave_with(run)

    def status(name: str, help_text: str, *, active: bool) -> None:
        @commands.command(name, help=help_text)
        def _command(
            participant: ParticipantId,
            reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
            database: Database = None,
            as_json: AsJson = False,
        ) -> None:
            def run() -> int:
                from clearing.doors.house.register_files import change_status

                return change_status(database, participant, reason=reason, active=active, as_json=as_json)

            leave_with(run)

    status("suspend", "Suspend a participant: its offers stay and take no part.", active=False)
    status("resume", "Let a suspended participant take part again.", active=True)


def _offers(commands: typer.Typer, leave_with: Leave) -> None:
    def put(name: str, help_text: str, *, amends: bool) -> None:
        @commands.command(name, help=help_text)
        def _command(
            file: CsvFile,
            database: Database = None,
            actor: Actor = None,
            key: Key = None,
            one_session: OneSession = False,
            sign: KeyFile = None,
            receipt: Receipt = None,
            as_json: AsJson = False,
        ) -> None:
            def run() -> int:
                from clearing.doors.house.offer_files import Asked, submit_file
                from clearing.doors.house.receipts import Told

                asked = Asked(amends=amends, actor=actor, key=key, one_session=one_session)
                return submit_file(database, sign, file, asked, told=Told(receipt, as_json))

            leave_with(run)

    put("submit", "Put the offers of a file on the book, all or none.", amends=False)
    put("amend", "Give standing offers the terms of a file, of what they deliver from now on.", amends=True)

    @commands.command()
    def withdraw(
        offers: Annotated[list[str], typer.Argument(metavar="OFFER...")],
        database: Database = None,
        actor: Actor = None,
        key: Key = None,
        sign: KeyFile = None,
        receipt: Receipt = None,
        as_json: AsJson = False,
    ) -> None:
        """Take offers off the book."""

        def run() -> int:
            from clearing.doors.house.offer_files import withdraw_offers
            from clearing.doors.house.receipts import Told

            return withdraw_offers(database, sign, offers, actor=actor, key=key, told=Told(receipt, as_json))

        leave_with(run)


def _sessions(commands: typer.Typer, leave_with: Leave) -> None:
    @commands.command()
    def run(
        database: Database = None,
        bundles: Bundles = None,
        batch: Annotated[str | None, typer.Option(metavar="NAME", help="By default the day in UTC.")] = None,
        fixing: Annotated[Path | None, typer.Option(metavar="FILE", help="By default the last one recorded.")] = None,
        accept_fixing: AcceptFixing = None,
        sign: KeyFile = None,
        as_json: AsJson = False,
    ) -> None:
        """One batch: close, fix, clear and finish a session; what a dead run left comes first."""

        def run_it() -> int:
            from clearing.doors.house.session_commands import run

            return run(
                database,
                sign,
                bundles=bundles,
                batch=batch,
                fixing=fixing,
                accept_fixing=accept_fixing,
                as_json=as_json,
            )

        leave_with(run_it)

    @commands.command()
    def veto(
        session: SessionId,
        ground: Annotated[str, typer.Option(help="credit or sanctions.")],
        evidence: Annotated[str, typer.Option(help="What it rests on; it is recorded.")],
        participant: Annotated[str | None, typer.Option(metavar="PARTICIPANT", help="Hold a whole desk.")] = None,
        offer: Annotated[str | None, typer.Option(metavar="OFFER", help="Remove one offer.")] = None,
        database: Database = None,
        as_json: AsJson = False,
    ) -> None:
        """Leave a participant or an offer out of a session that is not final; the next run clears it anew."""

        def run() -> int:
            from clearing.doors.house.session_commands import veto

            return veto(
                database,
                session,
                participant_id=participant,
                offer_id=offer,
                ground=ground,
                evidence=evidence,
                as_json=as_json,
            )

        leave_with(run)


def _steps(commands: typer.Typer, leave_with: Leave) -> None:
    @commands.command()
    def close(
        batch: Annotated[str, typer.Option(metavar="NAME", help="The name of the batch; each is used once.")],
        database: Database = None,
        as_json: AsJson = False,
    ) -> None:
        """Seal the book of the open session and open the next one."""

        def run() -> int:
            from clearing.doors.house.step_commands import close

            return close(database, batch=batch, as_json=as_json)

        leave_with(run)

    @commands.command()
    def fix(session: SessionId, database: Database = None, as_json: AsJson = False) -> None:
        """Bind the last fixing recorded to a session that is closed."""

        def run() -> int:
            from clearing.doors.house.step_commands import fix

            return fix(database, session, as_json=as_json)

        leave_with(run)

    @commands.command()
    def clear(
        session: SessionId,
        database: Database = None,
        bundles: Bundles = None,
        sign: KeyFile = None,
        as_json: AsJson = False,
    ) -> None:
        """Clear a session that is fixed: provisional, until it is final."""

        def run() -> int:
            from clearing.doors.house.step_commands import clear

            return clear(database, sign, session, bundles=bundles, as_json=as_json)

        leave_with(run)

    @commands.command()
    def finish(session: SessionId, database: Database = None, as_json: AsJson = False) -> None:
        """Make a session that is cleared final, once its veto window is over: the one step without return."""

        def run() -> int:
            from clearing.doors.house.step_commands import finish

            return finish(database, session, as_json=as_json)

        leave_with(run)


def _views(commands: typer.Typer, leave_with: Leave) -> None:
    @commands.command()
    def status(database: Database = None, as_json: AsJson = False) -> None:
        """Where the house stands."""

        def run() -> int:
            from clearing.doors.house.show import show_status

            return show_status(database, as_json=as_json)

        leave_with(run)

    @commands.command()
    def sessions(database: Database = None, as_json: AsJson = False) -> None:
        """Every session."""

        def run() -> int:
            from clearing.doors.house.show import show_sessions

            return show_sessions(database, as_json=as_json)

        leave_with(run)

    @commands.command()
    def book(
        database: Database = None,
        participant: Annotated[str | None, typer.Option(metavar="PARTICIPANT", help="Its offers only.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """The offers that stand."""

        def run() -> int:
            from clearing.doors.house.show import show_book

            return show_book(database, participant=participant, as_json=as_json)

        leave_with(run)


def _accounts(commands: typer.Typer, leave_with: Leave) -> None:
    @commands.command()
    def statement(
        participant: ParticipantId,
        database: Database = None,
        first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day of the period.")] = None,
        last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Its last day.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """One desk's accounts in a period: index units, claims and duties."""

        def run() -> int:
            from clearing.doors.house.account_files import show_statement

            return show_statement(database, participant, first=first, last=last, as_json=as_json)

        leave_with(run)

    @commands.command()
    def export_beancount(
        out: Annotated[Path, typer.Argument(metavar="FILE", help="A path where nothing is yet.")],
        database: Database = None,
    ) -> None:
        """Write every account of the house as a ledger of beancount."""

        def run() -> int:
            from clearing.doors.house.account_files import export_beancount as export

            return export(database, out)

        leave_with(run)
