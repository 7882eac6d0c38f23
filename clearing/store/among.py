"""A key and any number of ids in, the SQL that finds them and its one parameter out."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection


def among(connection: Connection, key: str, ids: Iterable[str]) -> tuple[str, tuple[str]]:
    """The condition and its parameter: a list would be written out by the driver, id by id.

    A text with what no printer prints is no id; the others JSON writes as PostgreSQL reads the members of an array.
    """
    listed = json.dumps([each for each in ids if each.isprintable()], ensure_ascii=False)
    if connection.dialect.name == "sqlite":
        return f"{key} IN (SELECT value FROM json_each(?))", (listed,)
    return f"{key} = ANY(%s::text[])", (f"{{{listed[1:-1]}}}",)
