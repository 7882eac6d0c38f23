"""The inputs/ files of a bundle and one participant in, its own lines with their audit paths out.

The participant's own line, its offers, stocks and obligations are taken as they are sealed. Each is proven
against the book root; offers and obligations against the offers root as well. A path holds hashes of other
lines and nothing else; the place of a line and the size of a tree say how many lines there are. A leaf has no
salt: who guesses a neighbouring line to the letter can confirm the guess, no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clearing.audit.inclusion import inclusion_paths, leaf_hashes
from clearing.audit.input_lines import OBLIGATIONS, OFFERS, PARTICIPANTS, STOCKS, input_files
from clearing.audit.merkle import HASH_BYTES, tree_root
from clearing.audit.stored_lines import Read
from clearing.model.book import Book
from clearing.model.errors import InputFault

_OFFERS_FILES = (OFFERS, OBLIGATIONS)


def prove_inputs(read: Read, book: Book, participant: int, roots: Mapping[str, str]) -> dict[str, Any]:
    """Roots, sizes of the trees and ``records``: file, line as sealed, place and path (hex) in each tree.

    ``roots`` are the ``book_root`` and ``offers_root`` of the manifest; InputFault if the files have others.
    """
    book_files = sorted(path for path, _lines in input_files(book))
    contents = {path: read(path) for path in book_files}
    leaves = {path: leaf_hashes(content) for path, content in contents.items()}
    own = _own_rows(book, participant)
    in_book = _paths(leaves, book_files, own, root=roots["book_root"])
    in_offers = _paths(leaves, _OFFERS_FILES, own, root=roots["offers_root"])
    records = []
    for path, rows in own.items():
        lines = contents[path].split(b"\n")
        for row in rows:
            record: dict[str, Any] = {"file": path, "line": lines[row].decode(), "book": in_book[path, row]}
            if (path, row) in in_offers:
                record["offers"] = in_offers[path, row]
            records.append(record)
    return {
        "book_root": roots["book_root"],
        "book_size": sum(map(len, leaves.values())) // HASH_BYTES,
        "offers_root": roots["offers_root"],
        "offers_size": sum(len(leaves[path]) for path in _OFFERS_FILES) // HASH_BYTES,
        "records": records,
    }


def _own_rows(book: Book, participant: int) -> dict[str, list[int]]:
    debts = book.obligations
    return {
        PARTICIPANTS: [participant],
        OFFERS: np.flatnonzero(book.offers.participant == participant).tolist(),
        STOCKS: np.flatnonzero(book.stocks.participant == participant).tolist(),
        OBLIGATIONS: np.flatnonzero((debts.debtor == participant) | (debts.creditor == participant)).tolist(),
    }


def _paths(
    leaves: Mapping[str, bytes], files: Sequence[str], own: Mapping[str, Sequence[int]], *, root: str
) -> dict[tuple[str, int], dict[str, Any]]:
    """(file, row) -> place and path in the tree over ``files``."""
    joined = b"".join(leaves[path] for path in files)
    if tree_root(joined).hex() != root:
        raise InputFault(f"the lines of {files[0]} and after have another root than the manifest states")
    keys, places, before = [], [], 0
    for path in files:
        keys += [(path, row) for row in own.get(path, ())]
        places += [before + row for row in own.get(path, ())]
        before += len(leaves[path]) // HASH_BYTES
    return {
        key: {"index": place, "path": [node.hex() for node in nodes]}
        for key, place, nodes in zip(keys, places, inclusion_paths(joined, places), strict=True)
    }
