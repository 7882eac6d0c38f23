"""The arguments and options that commands of ``clearing house`` share, as typer reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer

_SESSION_ID = re.compile(r"S-[0-9]{6,18}", re.ASCII)

Leave: TypeAlias = Callable[[Callable[[], int]], NoReturn]
"""Runs a command and ends with its exit status."""

Database = Annotated[
    str | None,
    typer.Option(metavar="URL", help="sqlite:///PATH or postgresql://…; else $CLEARING_DATABASE, else the own folder."),
]
KeyFile = Annotated[Path | None, typer.Option("--sign", metavar="KEYFILE", help="Ed25519 private key, PEM.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Receipt = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Where to write the receipt; nothing is there yet.")
]
RulebookFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A rulebook.toml.")]
Bundles = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of bundles, by default beside the database.")
]
CsvFile = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with the columns of a book's.")]
FixingFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="As fixing.csv, or a record that `clearing index fix` wrote (.json).")
]
AcceptFixing = Annotated[
    str | None, typer.Option(metavar="REASON", help="Use a fixing record that is SHOCK or NO FIX; why is recorded.")
]
Actor = Annotated[
    str | None, typer.Option("--as", metavar="PARTICIPANT", help="Act for one desk: its own offers only.")
]
Key = Annotated[str | None, typer.Option(metavar="KEY", help="Given again with the same body, it answers the same.")]
OneSession = Annotated[bool, typer.Option("--one-session", help="Good for the session that is open now.")]
ParticipantId = Annotated[str, typer.Argument(metavar="PARTICIPANT")]


def _session_id(text: str) -> str:
    if not _SESSION_ID.fullmatch(text):
        raise typer.BadParameter(f"found {text[:40]!a}; allowed: the id of a session, as S-000001")
    return text


SessionId = Annotated[str, typer.Argument(metavar="SESSION", callback=_session_id)]
