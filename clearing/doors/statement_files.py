"""A bundle comes in, one desk's own papers go out; or a statement comes in, and whether it checks goes out."""

from __future__ import annotations

import json
from pathlib import Path

from clearing.audit.canonical import canonical
from clearing.audit.statement_check import check_statement
from clearing.doors.folder_writer import FolderWriter, check_target
from clearing.doors.sealed_folder import SealedFolder
from clearing.doors.statement_text import STATEMENT_JSON, statement_lines
from clearing.doors.trusted import trusted
from clearing.doors.words import count
from clearing.model.errors import InputFault
from clearing.service import statement_of

STATEMENT_TEXT = "statement.txt"
STATUS_DONE = 0
STATUS_MISMATCH = 4
STATEMENT_BYTES_MAX = 1 << 28


def write_statement(folder: Path, participant_id: str, *, out: Path | None, as_json: bool) -> int:
    """Print the statement of one participant, and write it as two files where ``out`` names a new folder."""
    if out is not None:
        check_target(out)
    statement = statement_of(SealedFolder(folder), participant_id)
    record = canonical(statement) + "\n"
    text = "\n".join(statement_lines(statement)) + "\n"
    if out is not None:
        with FolderWriter(out) as written:
            written.write(STATEMENT_JSON, [record.encode()])
            written.write(STATEMENT_TEXT, [text.encode()])
    print(record if as_json else text, end="")
    return STATUS_DONE


def check_statement_file(file: Path, *, book_root: str, as_json: bool) -> int:
    """Print whether a statement, or that in a folder of papers, checks with a trusted book root; the exit status.

    Raises UsageFault where ``book_root`` is none.
    """
    root = trusted("book root", book_root)
    flaws = check_statement(_statement(file / STATEMENT_JSON if file.is_dir() else file), root)
    if as_json:
        print(json.dumps({"checks": not flaws, "flaws": flaws}))
    elif flaws:
        print(
            "\n".join([f"the statement does not check: {count(len(flaws), 'flaw')}", *(f"  {flaw}" for flaw in flaws)])
        )
    else:
        print("the statement checks with this book root")
    return STATUS_MISMATCH if flaws else STATUS_DONE


def _statement(file: Path) -> object:
    try:
        with file.open("rb") as opened:
            content = opened.read(STATEMENT_BYTES_MAX + 1)
        if len(content) > STATEMENT_BYTES_MAX:
            raise InputFault(f"{file} is larger than {STATEMENT_BYTES_MAX:,} bytes; no statement is")
        return json.loads(content.decode())
    except OSError as error:
        raise InputFault(f"cannot read {file}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputFault(f"{file} is no JSON text in UTF-8") from error
