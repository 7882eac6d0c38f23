"""Integers of a session come in, figures as they are printed go out: separators, units, a true minus sign."""

from __future__ import annotations

from clearing.doors import words
from clearing.model.book import Book

MINUS = "\u2212"
NARROW_SPACE = "\u202f"
NAME_CHARACTERS_MAX = 48
TEXT_CHARACTERS_MAX = 160


def units(micro: int) -> str:
    """Index units with two decimals: ``12,345.68``."""
    return words.amount(micro).replace("-", MINUS)


def signed_units(micro: int) -> str:
    """Index units with their sign: ``+12,345.68``."""
    text = units(micro)
    return f"+{text}" if micro > 0 and text != "0.00" else text


def basis_points(ppm: int) -> str:
    """A limit or premium in basis points with its sign: ``+12.50``; nothing has none."""
    return "0.00" if ppm == 0 else words.bps(ppm).replace("-", MINUS)


def share(part: int, whole: int) -> str:
    """A part of a whole in percent: ``99.9 %``."""
    return words.share(part, whole).replace(" ", NARROW_SPACE)


def whole(number: int) -> str:
    """A whole number in no unit: ``1,234``."""
    return f"{number:,}".replace("-", MINUS)


def quantity(book: Book, asset: int, increments: int) -> str:
    """A quantity to its last increment, in the asset's unit: ``1,234.5 t``; index units bare."""
    return words.quantity(book, asset, increments).replace("-", MINUS)


def short(text: str, characters: int = TEXT_CHARACTERS_MAX) -> str:
    """A text no longer than that; what is cut off leaves an ellipsis."""
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "\u2026"


def desk(book: Book, participant: int) -> str:
    """The name of a participant, or its id."""
    return short(words.participant_name(book, participant), NAME_CHARACTERS_MAX)


def desk_pair(book: Book, participant: int) -> tuple[str, str]:
    """Name and id of a participant; the id is left empty where the name is the id."""
    name, own = desk(book, participant), book.participants.id[participant]
    return name, own if own != name else ""


def asset(book: Book, number: int) -> str:
    """The name of an asset, or its id."""
    return short(words.asset_name(book, number), NAME_CHARACTERS_MAX)


def asset_pair(book: Book, number: int) -> tuple[str, str]:
    """Name and id of an asset; the id is left empty where the name is the id."""
    name, own = asset(book, number), words.asset_id(book, number)
    return name, own if own != name else ""
