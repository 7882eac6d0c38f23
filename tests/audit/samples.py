"""Books with every column in use, real outcomes of them, and their bundles in memory."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clearing.audit.canonical import Sink
from clearing.audit.seal import Manifest, Sign, seal_inputs, seal_manifest, seal_outcome
from clearing.model.book import Book, Conditions
from clearing.model.outcome import Outcome
from clearing.model.rulebook import Rulebook
from clearing.service import outcome_of
from tests.books import random_book

TEXTS = (
    "plain",
    'say "copper"',
    "back\\slash \\n",
    "Käthe Übersee",
    "上海 铜",
    "🚢 astral 𝔸",
    "\u2028\u2029 \x85 /</script>",
    "=1+1",
    " ",
)
MEMOS = (*TEXTS, "\t=1+1", "\r\tx")
"""Memos alone may hold tabs and returns."""
SALT = bytes(range(32))
CUT_OFF = "2026-01-31T16:00:00Z"


def furnished_book(seed: int, *, offers: int = 24, netting_form: str = "gross") -> Book:
    """A random book with texts, conditions, expiries and an asset without value."""
    draw = random.Random(seed)
    plain = random_book(seed, offers=offers, netting_form=netting_form)
    values = plain.assets.value_micro.copy()
    if seed % 3 == 0:
        values[draw.randrange(len(values))] = 0
    rows = range(len(plain.offers.id))
    return replace(
        plain,
        participants=replace(
            plain.participants, texts=_texts(draw, plain.participants.id, "name", "lei", "country", "memo")
        ),
        assets=replace(
            plain.assets,
            value_micro=values,
            unit=[draw.choice(("C62", 'K"G', "TNE")) for _ in plain.assets.id],
            texts=_texts(draw, plain.assets.id, "name", "hs_code", "location", "window"),
        ),
        offers=replace(
            plain.offers,
            conditions={row: _conditions(draw) for row in rows if draw.random() < 0.15},
            expires_at={
                row: draw.choice((CUT_OFF, "2026-01-31T16:00:00.25Z")) for row in rows if draw.random() < 0.1
            },
            memo={row: draw.choice(MEMOS) for row in rows if draw.random() < 0.3},
        ),
        obligations=replace(
            plain.obligations, texts=_texts(draw, plain.obligations.id, "due_date", "reference")
        ),
        rulebook=Rulebook(netting_form=netting_form, allowance_ppm=12_345, cut_off=CUT_OFF),
    )


def _texts(draw: random.Random, ids: Iterable[str], *columns: str) -> dict[str, dict[int, str]]:
    count = len(list(ids))
    texts = {column: MEMOS if column == "memo" else TEXTS for column in columns}
    drawn = {c: {r: draw.choice(texts[c]) for r in range(count) if draw.random() < 0.5} for c in columns}
    return {column: by_row for column, by_row in drawn.items() if by_row}


def _conditions(draw: random.Random) -> Conditions:
    return draw.choice(
        (
            Conditions(min_fill=3),
            Conditions(all_or_none=True, lot=7),
            Conditions(max_ring=3, deny=("D1", "D0")),
            Conditions(min_fill=2, all_or_none=True, lot=1, max_ring=5, allow=("D2",), deny=("D0",)),
        )
    )


@dataclass
class MemoryBundle:
    """A bundle in memory: a sink, and what replay asks of a stored bundle."""

    files: dict[str, bytes] = field(default_factory=dict)
    piece_length: int = 1_000

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        self.files[path] = b"".join(chunks)

    def read(self, path: str) -> bytes:
        return self.files[path]

    def names(self) -> list[str]:
        return sorted(self.files)

    def pieces(self, path: str) -> Iterable[bytes]:
        source = io.BytesIO(self.files[path])
        return iter(lambda: source.read(self.piece_length), b"")

    def lines(self, path: str) -> list[bytes]:
        return self.files[path].split(b"\n")[:-1]


def seal(
    book: Book,
    outcome: Outcome,
    sink: Sink,
    *,
    session_id: str | None = None,
    previous: str | None = None,
    sign: Sign | None = None,
    made_by: Mapping[str, Any] | None = None,
) -> Manifest:
    """All three steps of sealing."""
    inputs = seal_inputs(book, sink)
    return seal_manifest(
        book,
        outcome,
        inputs=inputs,
        outcome_files=seal_outcome(book, outcome, sink),
        session_id=session_id,
        salt=SALT,
        previous=previous,
        sign=sign,
        made_by=made_by or {"engine": "test", "python": "3", "solvers": []},
        sink=sink,
    )


def sealed(seed: int, **terms: Any) -> tuple[Book, Outcome, MemoryBundle]:
    """A furnished book, its outcome and its bundle."""
    book = furnished_book(seed)
    outcome = outcome_of(book, SALT)
    bundle = MemoryBundle()
    seal(book, outcome, bundle.write, **terms)
    return book, outcome, bundle
