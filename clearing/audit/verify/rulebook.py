"""The line of inputs/rulebook.jsonl in, the rulebook out; a value that its version does not know breaks law 2."""

from __future__ import annotations

from collections.abc import Iterator

from clearing.audit.verify import forms
from clearing.audit.verify.book import Rulebook
from clearing.audit.verify.lines import columns
from clearing.audit.verify.report import Findings, shown

OBJECTIVES_1 = '"surplus","value","even","lottery"'
OBJECTIVES_2 = ("surplus", "value", "items", "participants", "priority", "deliveries", "even", "lottery")
COUNTS_2 = {"max_ring": (2, 1_000), "max_chain": (1, 1_000), "work_limit": (1, 100_000)}
ABSENT = "absent"

Line = dict[str, str]
"""Each field of the line, an absent one as an empty text."""


def read_rulebook(bytes_read: bytes, found: Findings) -> Rulebook | None:
    """The rulebook, or None where it is none of a version that is known."""
    path = forms.RULEBOOK.path
    read = columns(bytes_read, forms.RULEBOOK, found)
    if read is None:
        return None
    if len(read[0]) != 1:
        found.add(0, "must be one line", path)
        return None
    line = {field.name: column[0] for field, column in zip(forms.RULEBOOK.fields, read, strict=True)}
    before = found.total()
    for name, is_now, must_be in _wrong(line):
        says = f"is {shown(is_now) if is_now else ABSENT}; in rulebook {line['version']} it is {must_be}"
        found.add(2, says, path, 1, name)
    tolerance_micro, allowance_ppm = _scaled(line["residual_tolerance"], 6), _scaled(line["allowance_bps"], 2)
    if tolerance_micro is None:
        found.add(2, "has more than 6 decimals", path, 1, "residual_tolerance")
    if allowance_ppm is None:
        found.add(2, "has more than 2 decimals", path, 1, "allowance_bps")
    if tolerance_micro is None or allowance_ppm is None or found.total() > before:
        return None
    return Rulebook(
        netting_form=line["netting_form"],
        tolerance_micro=tolerance_micro,
        allowance_ppm=allowance_ppm,
        cut_off=line["cut_off"] or None,
        version=int(line["version"]),
        objectives=_objectives(line),
        obligations=line["obligations"],
        self_crossing=line["self_crossing"],
        max_ring=_count(line["max_ring"]),
        max_chain=_count(line["max_chain"]),
        screening=line["screening"] or "neighbours",
        work_limit=_count(line["work_limit"]) or 2_000,
    )


def _wrong(line: Line) -> Iterator[tuple[str, str, str]]:
    """Fields that hold what their version does not know: name, what it is, what it must be."""
    allowed: dict[str, tuple[str, ...]]
    if line["version"] == "1":
        allowed = {
            "objectives": (OBJECTIVES_1,), "obligations": ("set-off",), "self_crossing": ("allow",),
            "max_ring": ("",), "max_chain": ("",), "screening": ("",), "work_limit": ("",),
        }  # fmt: skip
    elif line["version"] == "2":
        allowed = {
            "obligations": ("set-off", "credit"), "self_crossing": ("refuse", "allow"),
            "screening": ("neighbours", "ring"),
        }  # fmt: skip
        yield from _wrong_counts(line)
    else:
        yield "version", line["version"], "1 or 2"
        return
    for name, values in {"even_segments": ("16",), **allowed}.items():
        if line[name] not in values:
            yield name, line[name], " or ".join(values) or ABSENT


def _wrong_counts(line: Line) -> Iterator[tuple[str, str, str]]:
    names = _objectives(line)
    known = len(names) > 1 and len(set(names)) == len(names) and names[-1] == "lottery"
    if not known or not set(names) <= set(OBJECTIVES_2):
        yield "objectives", line["objectives"], f"distinct names of {', '.join(OBJECTIVES_2)}, lottery last"
    for name, (least, most) in COUNTS_2.items():
        count = _count(line[name])
        if count is None and name != "work_limit":
            continue
        if count is None or not least <= count <= most:
            yield name, line[name], f"{least} to {most}"
    if line["screening"] == "ring" and not line["max_ring"]:
        yield "max_ring", "", "there, as screening is ring"


def _objectives(line: Line) -> tuple[str, ...]:
    return tuple(line["objectives"][1:-1].split('","'))


def _count(text: str) -> int | None:
    return int(text) if text else None


def _scaled(decimal: str, places: int) -> int | None:
    whole, _, rest = decimal.partition(".")
    return int(whole + rest.ljust(places, "0")) if len(rest) <= places else None
