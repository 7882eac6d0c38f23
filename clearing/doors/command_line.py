"""The console command: arguments come in, one command of this folder runs, its exit status goes out.

Only typer is loaded here; each command loads what it needs when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from clearing.doors.house.commands import house_commands
from clearing.doors.imports.commands import import_commands
from clearing.doors.index.commands import index_commands
from clearing.doors.terminal import printing, unprinted, unsteered
from clearing.model.errors import BookFault, InputFault, OperatingFault, RecordFault, UsageFault

STATUS_UNEXPECTED = 1
STATUS_INTERRUPTED = 130
STATUSES: tuple[tuple[type[OperatingFault], int], ...] = (
    (UsageFault, 2),
    (InputFault, 3),
    (RecordFault, 4),
    (OperatingFault, STATUS_UNEXPECTED),
)
"""Exit status of each operating fault: the first row that fits."""

TRACEBACK_VARIABLE = "CLEARING_TRACEBACK"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Clear a book of barter offers at the proven, unique optimum; verify and replay the sealed session.",
)

BookFolder = Annotated[Path, typer.Argument(metavar="BOOK", help="Folder of the book's CSV files.")]
BundlePath = Annotated[Path, typer.Argument(metavar="BUNDLE", help="Folder of a sealed session.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
RulebookFile = Annotated[
    Path | None, typer.Option("--rulebook", metavar="FILE", help="In place of the book's own rulebook.toml.")
]


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        from clearing import __version__

        typer.echo(f"clearing {__version__}")
        raise typer.Exit


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Replaced if it is a demo bundle.")] = Path(
        "clearing-demo"
    ),
) -> None:
    """Clear the shipped demo book: explain, verify and replay it."""

    def run() -> int:
        from clearing.doors.demo import run_demo

        return run_demo(out)

    _leave_with(run)


@app.command()
def init(
    book: Annotated[Path, typer.Argument(metavar="BOOK", help="A path where nothing is yet.")],
) -> None:
    """Write a small, commented example book to start from."""

    def run() -> int:
        from clearing.doors.example_book import write_example_book

        return write_example_book(book)

    _leave_with(run)


@app.command()
def check(book: BookFolder, rulebook: RulebookFile = None, as_json: AsJson = False) -> None:
    """List every fault and refusal of a book, without clearing it."""

    def run() -> int:
        from clearing.doors.check_book import check_book

        return check_book(book, rulebook=rulebook, as_json=as_json)

    _leave_with(run)


@app.command()
def clear(
    book: BookFolder,
    out: Annotated[Path, typer.Option(metavar="BUNDLE", help="A path where nothing is yet.")],
    rulebook: RulebookFile = None,
    sign: Annotated[
        Path | None, typer.Option(metavar="KEYFILE", help="Ed25519 private key, PEM: signs the digest.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="BUNDLE", help="The session before, whose digest is recorded.")
    ] = None,
    accept_fixing: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Clear although the fixing is SHOCK or NO FIX; the manifest says why."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Clear a book and seal the session in a new bundle."""

    def run() -> int:
        from clearing.doors.clear_folder import clear_folder

        return clear_folder(
            book,
            out,
            rulebook=rulebook,
            keyfile=sign,
            previous=previous,
            accept_fixing=accept_fixing,
            as_json=as_json,
        )

    _leave_with(run)


@app.command()
def verify(
    bundle: BundlePath,
    key: Annotated[
        str | None, typer.Option(metavar="PUB", help="Trusted Ed25519 public key: a PEM file or 64 hex digits.")
    ] = None,
    digest: Annotated[str | None, typer.Option(metavar="HEX", help="Trusted digest.")] = None,
    book: Annotated[Path | None, typer.Option(metavar="BOOK", help="Trusted book folder.")] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="BUNDLE", help="The session that this one must follow.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every law on a sealed session, without a solver."""

    def run() -> int:
        from clearing.doors.verify_bundle import verify_bundle

        return verify_bundle(bundle, key=key, digest=digest, book=book, previous=previous, as_json=as_json)

    _leave_with(run)


@app.command()
def replay(bundle: BundlePath, as_json: AsJson = False) -> None:
    """Recompute a session from its inputs and name the first difference."""

    def run() -> int:
        from clearing.doors.replay_bundle import replay

        return replay(bundle, as_json=as_json)

    _leave_with(run)


@app.command()
def report(bundle: BundlePath) -> None:
    """Write the page for people, report.html, into a bundle, in place of the one there."""

    def run() -> int:
        from clearing.doors.report_bundle import write_report

        return write_report(bundle)

    _leave_with(run)


@app.command()
def statement(
    bundle: BundlePath,
    participant: Annotated[str, typer.Argument(metavar="PARTICIPANT", help="A participant's id.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write statement.json and statement.txt; nothing is there yet.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """One desk's own offers, legs, entries, premia and inclusion proofs, nobody else's."""

    def run() -> int:
        from clearing.doors.statement_files import write_statement

        return write_statement(bundle, participant, out=out, as_json=as_json)

    _leave_with(run)


@app.command()
def check_statement(
    file: Annotated[Path, typer.Argument(metavar="STATEMENT", help="The statement.json of a desk, or its folder.")],
    book_root: Annotated[str, typer.Option(metavar="HEX", help="Trusted book root of the session.")],
    as_json: AsJson = False,
) -> None:
    """Check a statement with the book root alone, without the bundle."""

    def run() -> int:
        from clearing.doors.statement_files import check_statement_file

        return check_statement_file(file, book_root=book_root, as_json=as_json)

    _leave_with(run)


@app.command()
def export(
    bundle: BundlePath,
    out: Annotated[Path, typer.Option(metavar="DIR", help="A path where nothing is yet.")],
) -> None:
    """Write a session as CSV for spreadsheets, cells defused, and its netting graph as GraphML."""

    def run() -> int:
        from clearing.doors.export_folder import export_folder

        return export_folder(bundle, out)

    _leave_with(run)


@app.command()
def explain(
    bundle: BundlePath,
    offer_id: Annotated[str, typer.Argument(metavar="OFFER_ID", help="One of the session's offers.")],
    as_json: AsJson = False,
) -> None:
    """Tell why an offer was filled, partly filled, unfilled or refused, and what would change it."""

    def run() -> int:
        from clearing.doors.explain_offer import explain_offer_of

        return explain_offer_of(bundle, offer_id, as_json=as_json)

    _leave_with(run)


@app.command()
def quote(
    book: BookFolder,
    offers: Annotated[Path, typer.Argument(metavar="OFFER.csv", help="Extra offers, as in offers.csv.")],
    as_json: AsJson = False,
) -> None:
    """Tell what extra offers would get if the book were cleared now; nothing is written."""

    def run() -> int:
        from clearing.doors.quote_offer import quote_offers

        return quote_offers(book, offers, as_json=as_json)

    _leave_with(run)


app.add_typer(import_commands(lambda run: _leave_with(run)), name="import")
app.add_typer(index_commands(lambda run: _leave_with(run)), name="index")
app.add_typer(house_commands(lambda run: _leave_with(run)), name="house")


def main() -> NoReturn:
    """Run the command that the arguments name; the process ends here."""
    # A name in a letter that the terminal's encoding lacks must not stop a session.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    status: str | int | None = 0
    try:
        try:
            app(prog_name="clearing")
        except SystemExit as ended:
            status = ended.code
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        status = STATUS_INTERRUPTED
    except OSError as error:  # help and version are printed by typer itself
        if isinstance(lost := unprinted(error), OperatingFault):
            _say_fault(lost)
        status = STATUS_UNEXPECTED
    sys.exit(status)


def _leave_with(run: Callable[[], int]) -> NoReturn:
    """The outermost door: whatever ends a command ends here, as an exit status."""
    # Nothing that a session makes refers back to itself, so that looking for cycles only costs time.
    gc.disable()
    try:
        with printing():
            status = run()
    except KeyboardInterrupt:
        _say("interrupted; nothing was left behind")
        status = STATUS_INTERRUPTED
    except OperatingFault as fault:
        _say_fault(fault)
        status = next(status for kind, status in STATUSES if isinstance(fault, kind))
    except BrokenPipeError:  # whoever read our output has left
        status = STATUS_UNEXPECTED
    except Exception as error:
        _say_unexpected(error)
        status = STATUS_UNEXPECTED
    finally:
        gc.enable()
    sys.exit(status)


def _say_fault(fault: OperatingFault) -> None:
    if isinstance(fault, BookFault):
        from clearing.doors.fault_text import fault_lines

        _err("\n".join(fault_lines(fault.report)))
    else:
        _say(str(fault))


def _say_unexpected(error: Exception) -> None:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    else:
        _say(f"unexpected {type(error).__name__}: {error}\n(set {TRACEBACK_VARIABLE}=1 to see where it arose)")


def _say(message: str) -> None:
    _err(f"clearing: {message}")


def _err(text: str) -> None:
    with suppress(OSError):  # nobody can be told that nobody can be told
        typer.echo(unsteered(text), err=True)
