"""A methodology in, the methodology.toml that reads back as it out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from clearing.model.methodology import METHODOLOGY_FORMAT, Methodology, PricedAsset


def methodology_text(methodology: Methodology) -> str:
    """The file, its tables in the order of docs/index.md."""
    return "\n".join(_lines(methodology)) + "\n"


def _lines(stated: Methodology) -> Iterator[str]:
    yield from _keys(
        {
            "format": METHODOLOGY_FORMAT,
            "index": stated.index,
            "name": stated.name,
            "version": stated.version,
            "effective": stated.effective,
            "previous": stated.previous,
            "link_factor": stated.link_factor,
        }
    )
    for name, record in (
        ("times", stated.times),
        ("consensus", stated.consensus),
        ("alarms", stated.alarms),
        ("caps", stated.caps),
        ("rounding", stated.rounding),
        ("rebalance", stated.schedule),
    ):
        yield from ("", f"[{name}]", *_keys(_members(record)))
    for name, records in (
        ("sources", stated.sources),
        ("classes", stated.classes),
        ("assets", stated.assets),
        ("constituents", stated.constituents),
    ):
        for each in records:
            yield from ("", f"[[{name}]]", *(_asset(each) if isinstance(each, PricedAsset) else _keys(_members(each))))
    yield from ("", "[reference]", *_keys({"day": stated.reference.day}))
    yield from ("", "[reference.values]", *_keys(dict(stated.reference.values)))


def _asset(asset: PricedAsset) -> Iterator[str]:
    members = _members(asset)
    differential = members.pop("differential")
    yield from _keys({("class" if name == "asset_class" else name): value for name, value in members.items()})
    if differential is not None:
        yield from ("", "[assets.differential]", *_keys(_members(differential)))


def _members(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _keys(members: Mapping[str, Any]) -> Iterator[str]:
    """Bare keys hold letters, digits, _ and -; ids of assets may hold more, which is then quoted."""
    for name, value in members.items():
        if value is not None:
            bare = name.replace("_", "").replace("-", "").isalnum()
            yield f"{name if bare else _quoted(name)} = {_value(value)}"


def _value(value: str | int | Decimal | Sequence[int]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return f'"{_plain(value)}"'
    return str(value) if isinstance(value, int) else f"[{', '.join(map(str, value))}]"


def _quoted(text: str) -> str:
    """A basic string of TOML; texts here hold no control characters."""
    return json.dumps(text, ensure_ascii=False)


def _plain(value: Decimal) -> str:
    """Without an exponent and trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
