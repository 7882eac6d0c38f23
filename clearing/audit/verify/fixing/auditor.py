"""The audit of fixings: records in, a report on every law of each out.

Nothing is believed that can be recomputed: from methodology, quotes and the values handed down follow all other
members, to the last digit. What a record says of others (the fixing before, the revision that it restates) is held
against those that were given with it; that one was not given is a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clearing.audit.verify.fixing import chain, soundness
from clearing.audit.verify.fixing.compare import differences
from clearing.audit.verify.fixing.form import RECORD, Flaw, flaws
from clearing.audit.verify.fixing.hours import hours_of
from clearing.audit.verify.fixing.recompute import digest_of, following
from clearing.audit.verify.fixing.screening import quote_flaws
from clearing.audit.verify.fixing.terms import terms_of
from clearing.audit.verify.lines import canonical, strict_json
from clearing.audit.verify.report import Findings, Report

SEAL, METHODOLOGY, QUOTES, PAIRS, VALUES, STATUS, CHAIN = range(7)
FIXING_LAWS = {
    SEAL: "seal: the record is canonical and of its form, every digest matches",
    METHODOLOGY: "methodology: limits, ids, differentials, shares and caps are sound",
    QUOTES: "quotes: all are of the day and in order, each unused one has its reason",
    PAIRS: "pairs: every consensus and residual follows from the quotes",
    VALUES: "values: fallbacks, values, integers and shares follow from pairs, last values and judgements",
    STATUS: "status: leave-one-out, alarms and status follow from the values",
    CHAIN: "chain: the times, the fixing before and what is restated agree with each other",
}
LAW_OF = {
    "window_opens": CHAIN, "fixing_time": CHAIN, "publication_time": CHAIN, "challenge_ends": CHAIN,
    "methodology_digest": SEAL, "rejects": QUOTES, "pairs": PAIRS, "residual": PAIRS, "fallbacks": VALUES,
    "values": VALUES, "unpriced": VALUES, "stale_share": STATUS, "leave_one_out": STATUS, "alarms": STATUS,
    "status": STATUS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """One file: its name, as violations show it, and its bytes."""

    name: str
    content: bytes


def is_record(content: bytes) -> bool:
    """Whether bytes are those of an object that says it is a fixing record."""
    value, wrong = strict_json(content.decode(errors="replace"))
    return wrong is None and isinstance(value, dict) and str(value.get("format", "")).startswith("index-fixing/")


def verify_fixing(
    content: bytes, *, name: str = "fixing.json", digest: str | None = None, previous: bytes | None = None
) -> Report:
    """Check one record; ``digest`` is trusted hex, ``previous`` the record that must be the one before."""
    found, record = _read(Given(name, content))
    trusted = digest is not None and record is not None and record["digest"] == digest
    if digest is not None and record is not None and not trusted:
        found.add(SEAL, f"is {record['digest']}, and {digest} is trusted", name, field="digest")
    if record is not None:
        others = [] if previous is None else [_read(Given("previous", previous))[1]]
        _check(record, [each for each in others if each is not None], found, name)
        if previous is not None:
            message = chain.not_before(record, others[0])
            if message:
                found.add(CHAIN, message, name, field="previous")
    authenticated = ("digest",) if trusted and SEAL not in found.counts else ()
    return found.report(authenticated, record["digest"] if record is not None else None)


def verify_fixings(given: Sequence[Given]) -> list[tuple[str, Report]]:
    """Check records by themselves and against each other; a report for each, in the order given."""
    read = [(each.name, *_read(each)) for each in given]
    records = [record for _name, _found, record in read if record is not None]
    reports = []
    for name, found, record in read:
        if record is not None:
            _check(record, [other for other in records if other is not record], found, name)
        reports.append((name, found.report((), record["digest"] if record is not None else None)))
    return reports


def _read(given: Given) -> tuple[Findings, dict[str, Any] | None]:
    """The record, None where it is not of its form."""
    found = Findings(laws=tuple(FIXING_LAWS), meanings=FIXING_LAWS)
    record, wrong = _parsed(given.content)
    for place, message in wrong:
        found.add(SEAL, message, given.name, field=place or None)
    if wrong:
        found.skip("the record is not of its form", *range(1, 7))
    return found, None if wrong else record


def _parsed(content: bytes) -> tuple[dict[str, Any], list[Flaw]]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {}, [("", "is not UTF-8")]
    value, message = strict_json(text)
    if message:
        return {}, [("", message)]
    wrong = list(flaws(value, RECORD))
    if not wrong and text.removesuffix("\n") != canonical(value):
        wrong = [("", "is not spelled canonically (RFC 8785)")]
    return value, wrong


def _check(record: dict[str, Any], others: Sequence[dict[str, Any]], found: Findings, name: str) -> None:
    def add(law: int, wrong: Iterator[Flaw]) -> None:
        for place, message in wrong:
            found.add(law, message, name, field=place or None)

    methodology = record["methodology"]
    add(SEAL, _digest_flaws(record))
    structure = list(soundness.reference_flaws(methodology))
    add(METHODOLOGY, _below(structure))
    if not structure:
        add(METHODOLOGY, _below(soundness.limit_flaws(methodology)))
    if METHODOLOGY not in found.counts:
        add(METHODOLOGY, _below(soundness.share_flaws(methodology)))
    add(CHAIN, chain.own_flaws(record))
    add(CHAIN, chain.link_flaws(record, others))
    found.notes += chain.notes(record, others)
    if METHODOLOGY in found.counts:
        found.skip("the methodology is not sound", QUOTES, PAIRS, VALUES, STATUS)
        return
    try:
        expected = following(record)
    except OverflowError:
        found.add(CHAIN, f"is {record['day']}, whose times leave the calendar", name, field="day")
        found.skip("the times leave the calendar", QUOTES, PAIRS, VALUES, STATUS)
        return
    add(QUOTES, quote_flaws(record["quotes"], terms_of(methodology), hours_of(record["day"], methodology["times"])))
    for member, law in LAW_OF.items():
        add(law, differences(member, record.get(member), expected.get(member)))


def _below(wrong: Iterator[Flaw] | list[Flaw]) -> Iterator[Flaw]:
    for place, message in wrong:
        yield f"methodology.{place}", message


def _digest_flaws(record: Mapping[str, Any]) -> Iterator[Flaw]:
    digest = digest_of({name: value for name, value in record.items() if name != "digest"})
    if record["digest"] != digest:
        yield "digest", f"is {record['digest']}, and the record has {digest}"
    if record["index"] != record["methodology"]["index"]:
        yield "index", f"is {record['index']}, and the methodology is of {record['methodology']['index']}"
