"""Columns come in, a data frame of pandas or polars goes out; int64 stays int64, an absent integer stays absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearing.doors.session_columns import Columns, Gaps
from clearing.model.errors import UsageFault

NEEDED = "frames need pandas or polars: pip install 'barter-clearing[frames]' installs pandas"


def frames(tables: Mapping[str, Columns]) -> dict[str, Any]:
    """A frame for each table: of pandas where it is installed, else of polars. Raises UsageFault where neither is."""
    try:
        import pandas
    except ImportError:
        return _of_polars(tables)
    return {name: pandas.DataFrame(_filled(columns, pandas.array, "Int64")) for name, columns in tables.items()}


def _of_polars(tables: Mapping[str, Columns]) -> dict[str, Any]:
    polars = _polars()
    made = {}
    for name, columns in tables.items():
        integers = [key for key, column in columns.items() if isinstance(column, Gaps)]
        texts = [key for key, column in columns.items() if isinstance(column, list)]
        made[name] = polars.DataFrame(
            {key: column.integers if isinstance(column, Gaps) else column for key, column in columns.items()},
            schema_overrides={**dict.fromkeys(integers, polars.Int64), **dict.fromkeys(texts, polars.String)},
        )
    return made


def _polars() -> Any:
    try:
        import polars
    except ImportError as error:
        raise UsageFault(NEEDED) from error
    return polars


def _filled(columns: Columns, array: Any, dtype: str) -> dict[str, Any]:
    """pandas makes floats of integers with gaps unless it is told otherwise."""
    return {
        key: array(column.integers, dtype=dtype) if isinstance(column, Gaps) else column
        for key, column in columns.items()
    }
