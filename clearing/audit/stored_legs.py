"""The lines of outcome/legs.jsonl and outcome/instructions.jsonl in, their columns out."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.audit.input_lines import asset_names
from clearing.audit.outcome_lines import INSTRUCTIONS, LEGS, ring_id
from clearing.audit.stored_lines import Read, Record, checked, each_record, flaw, line_fault
from clearing.model.book import AMOUNT_LIMIT, Book
from clearing.model.outcome import Instructions, Legs

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

_AMOUNT_MAX = AMOUNT_LIMIT - 1


class _RingLists:
    """The rings that each line names, ascending."""

    def __init__(self, path: str, ring_count: int) -> None:
        self._path = path
        self._ring_of = {ring_id(ring): ring for ring in range(ring_count)}
        self._start, self._ring = array("q", [0]), array("q")

    def add(self, names: Sequence[str]) -> None:
        """The list of the next line."""
        ring_of = self._ring_of
        self._ring.extend([ring_of[name] for name in names])
        self._start.append(len(self._ring))

    def columns(self) -> tuple[IntArray, IntArray]:
        """(ring_start, ring)."""
        start, ring = np.array(self._start, dtype=np.int64), np.array(self._ring, dtype=np.int64)
        line = np.repeat(np.arange(len(start) - 1), np.diff(start))
        _stop_at(self._path, np.diff(start) == 0, "it names no ring")
        same = (np.diff(line) == 0) & (np.diff(ring) <= 0)
        if same.any():
            raise line_fault(self._path, int(line[np.flatnonzero(same)[0]]) + 1, "its rings stand out of order")
        return start, ring


def stored_legs(read: Read, book: Book, offer_of: dict[str, int], ring_count: int) -> Legs:
    """The legs; what a line repeats of its offers must be theirs."""
    offers, names, assets = book.offers, book.participants.id, asset_names(book.assets)
    owner = [names[participant] for participant in offers.participant.tolist()]
    delivered = [assets[asset] for asset in offers.deliver.tolist()]
    taken = [assets[asset] for asset in offers.alt_asset.tolist()]
    starts = offers.alt_start.tolist()
    giver, receiver, alternative = array("q"), array("q"), array("q")
    quantity, value = array("q"), array("q")
    premium: list[int] = []
    rings = _RingLists(LEGS, ring_count)

    def add(record: Record) -> None:
        gives, takes, place = offer_of[record["giver_offer"]], offer_of[record["receiver_offer"]], record["alternative"]
        giver.append(gives)
        receiver.append(takes)
        alternative.append(place)
        first, asset = starts[takes], record["asset_id"]
        if not first <= first + place < starts[takes + 1] or taken[first + place] != asset:
            raise flaw("the receiving offer has no such alternative for the asset")
        if delivered[gives] != asset or record["giver"] != owner[gives] or record["receiver"] != owner[takes]:
            raise flaw("asset, giver or receiver are not those of its offers")
        quantity.append(int(record["quantity"]))
        value.append(int(record["value_micro"]))
        premium.append(int(record["premium_micro"]))
        rings.add(record["rings"])

    each_record(read, LEGS, add)
    columns = [np.array(column, dtype=np.int64) for column in (giver, receiver, alternative)]
    _check_ascending(LEGS, *columns)
    ring_start, ring = rings.columns()
    return Legs(
        giver_offer=columns[0],
        receiver_offer=columns[1],
        alternative=columns[2],
        quantity=checked(LEGS, quantity, low=1, high=_AMOUNT_MAX),
        value_micro=checked(LEGS, value, low=1, high=_AMOUNT_MAX),
        premium_micro=_amounts(premium),
        ring_start=ring_start,
        ring=ring,
    )


def stored_instructions(read: Read, book: Book, participant_of: dict[str, int], ring_count: int) -> Instructions:
    """The instructions in the order of their numbers; their lines stand in that of their ids, bytewise."""
    gross = book.rulebook.netting_form == "gross"
    asset_of = {name: row for row, name in enumerate(book.assets.id)}
    number, deliverer, receiver, asset = array("q"), array("q"), array("q"), array("q")
    quantity, value, group = array("q"), array("q"), array("q")
    premium: list[int] = []
    rings = _RingLists(INSTRUCTIONS, ring_count)

    def add(record: Record) -> None:
        number.append(_counted(record["instruction_id"], "I"))
        group.append(_counted(record["group"], "G"))
        deliverer.append(participant_of[record["deliverer"]])
        receiver.append(participant_of[record["receiver"]])
        asset.append(asset_of[record["asset_id"]])
        quantity.append(int(record["quantity"]))
        value.append(int(record["value_micro"]))
        if gross:
            premium.append(int(record["premium_micro"]))
        elif "premium_micro" in record:
            raise flaw("it has a premium, which entries book under net netting")
        rings.add(record["rings"])

    each_record(read, INSTRUCTIONS, add)
    numbers = np.array(number, dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    _stop_at(INSTRUCTIONS, numbers[order] != np.arange(len(numbers)), "ids do not run from I000001 on", order)
    columns = [np.array(column, dtype=np.int64)[order] for column in (deliverer, receiver, asset)]
    _check_ascending(INSTRUCTIONS, *columns, lines=order)
    ring_start, ring = _in_order(*rings.columns(), order)
    return Instructions(
        deliverer=columns[0],
        receiver=columns[1],
        asset=columns[2],
        quantity=checked(INSTRUCTIONS, quantity, low=1, high=_AMOUNT_MAX)[order],
        value_micro=checked(INSTRUCTIONS, value, low=1, high=_AMOUNT_MAX)[order],
        premium_micro=_amounts(premium)[order] if gross else None,
        ring_start=ring_start,
        ring=ring,
        group=checked(INSTRUCTIONS, group, low=0, high=max(0, len(numbers) - 1))[order],
    )


def _counted(name: str, letter: str) -> int:
    """The place, from 0, of an id that counts from 1."""
    place = int(name[1:]) - 1
    if name != f"{letter}{place + 1:06d}":
        raise flaw(f"an id is not {letter} and a number of six digits or more")
    return place


def _amounts(values: list[int]) -> IntArray:
    """A column of premia, which alone may pass 62 bits."""
    fits = not values or (min(values) > -AMOUNT_LIMIT and max(values) < AMOUNT_LIMIT)
    return np.array(values, dtype=np.int64 if fits else object)


def _check_ascending(path: str, *columns: IntArray, lines: IntArray | None = None) -> None:
    """Each row's keys above those of the row before."""
    after, equal = np.zeros(max(0, len(columns[0]) - 1), dtype=np.bool_), np.bool_(True)
    for column in columns:
        step = np.diff(column)
        after |= equal & (step > 0)
        equal = equal & (step == 0)
    _stop_at(path, np.append(False, ~after)[: len(columns[0])], "it stands out of order", lines)


def _stop_at(path: str, wrong: BoolArray, reason: str, lines: IntArray | None = None) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        row = int(rows[0]) if lines is None else int(lines[rows[0]])
        raise line_fault(path, row + 1, reason)


def _in_order(start: IntArray, ring: IntArray, order: IntArray) -> tuple[IntArray, IntArray]:
    """(ring_start, ring) with the lists in another order."""
    counts = np.diff(start)[order]
    ordered = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return ordered, ring[np.repeat(start[:-1][order] - ordered[:-1], counts) + np.arange(len(ring))]
