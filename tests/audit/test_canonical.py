"""Canonical text and the cutting of lines into chunks."""

from __future__ import annotations

import json

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from clearing.audit.canonical import BATCH_ROWS, CHUNK_BYTES, canonical, chunks, decimal_text, row_batches
from tests.audit.samples import TEXTS

texts = st.text(st.characters(exclude_categories=["Cs"]))
records = st.recursive(
    texts | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abz_:.09", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(records)
def test_canonical_text_is_that_of_rfc_8785(record: object) -> None:
    assert canonical(record).encode() == rfc8785.dumps(record)  # type: ignore[arg-type]


def test_canonical_text_of_awkward_texts_is_that_of_rfc_8785() -> None:
    for text in (*TEXTS, "".join(map(chr, range(0x100)))):
        assert canonical(text).encode() == rfc8785.dumps(text)


def test_decimals_have_no_trailing_zeros() -> None:
    written = [decimal_text(n, places=2) for n in (0, 5, 10, 150, 20_000, 12_345)]
    assert written == ["0", "0.05", "0.1", "1.5", "200", "123.45"]


def test_chunks_hold_whole_lines_of_about_one_mebibyte() -> None:
    lines = [json.dumps({"line": i, "text": "ü" * 200}, ensure_ascii=False) for i in range(20_000)]
    cut = list(chunks(lines[a:b] for a, b in row_batches(len(lines))))
    assert b"".join(cut) == "".join(f"{line}\n" for line in lines).encode()
    assert all(chunk.endswith(b"\n") for chunk in cut)
    assert len(cut) > 2
    assert all(len(chunk) < 4 * CHUNK_BYTES for chunk in cut)


def test_no_lines_make_no_chunk() -> None:
    assert list(chunks([[], []])) == []
    assert list(row_batches(0)) == []


def test_batches_cover_every_row_once() -> None:
    for rows in (1, BATCH_ROWS - 1, BATCH_ROWS, BATCH_ROWS + 1, 3 * BATCH_ROWS):
        assert [row for a, b in row_batches(rows) for row in range(a, b)] == list(range(rows))
