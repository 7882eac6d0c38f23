"""Trials of an explanation come in; a sentence for each, and objects for programs, go out."""

from __future__ import annotations

from collections.abc import Iterator

from clearing.doors.words import bps, count, quantity_of
from clearing.model.book import ANY, Book
from clearing.model.explanation import Asked, Explanation, Fate, Hindrance, Trial

DESKS_NAMED_MAX = 5


def trial_sentences(book: Book, found: Explanation) -> Iterator[str]:
    """What was tried and brings more; that nothing tried does, where nothing does."""
    for trial in found.trials:
        proof = "" if trial.proven else " (not proven the best)"
        verb, chosen = "would", ": an equally good clearing fills it" if trial.equal else ""
        if trial.tied:
            verb, chosen = "may", ": an equally good clearing gives it less, and the lottery chooses"
        yield f"Tried: {_changed(book, found, trial)} it {verb} deliver {_brought(book, found, trial)}{proof}{chosen}."
    waits = any(seen.hindrance in (Hindrance.SEARCHED, Hindrance.RING_TOO_LONG) for seen in found.outlook)
    if waits and found.fate is not Fate.FILLED and not found.trials:
        yield "No change alone, of its conditions, others' lists, ring lengths or its limit, was found to bring more."


def _brought(book: Book, found: Explanation, trial: Trial) -> str:
    """In whole increments, as nothing else is traded; which way a part of one is rounded depends on the others."""
    deliver = int(book.offers.deliver[found.offer])
    increments, part = divmod(trial.flow_micro, book.increment_value_micro(deliver))
    brings = quantity_of(book, deliver, max(1, increments - found.quantity))
    return f"{'about ' if part else ''}{brings}{' more' if found.flow_micro else ''}"


def trial_object(trial: Trial) -> dict[str, object]:
    """One trial for programs."""
    record: dict[str, object] = {
        "change": trial.asked.value,
        "flow_micro": str(trial.flow_micro),
        "proven": trial.proven,
        "tied": trial.tied,
    }
    if trial.asked is Asked.LIMIT:
        record["least"] = trial.least
    if trial.value is not None:
        record["value"] = str(trial.value)
    if trial.named:
        record["participants"] = list(trial.named)
    return record


def _changed(book: Book, found: Explanation, trial: Trial) -> str:
    deliver, value = int(book.offers.deliver[found.offer]), trial.value or 0
    amount = quantity_of(book, deliver, value)
    match trial.asked:
        case Asked.OWN_LISTS:
            return "without its own allow and deny lists"
        case Asked.OTHERS_LISTS:
            named = ", ".join(trial.named[:DESKS_NAMED_MAX])
            more = len(trial.named) - DESKS_NAMED_MAX
            others = f" and {count(more, 'other')}" if more > 0 else ""
            return f"if the lists of {named}{others} let it in"
        case Asked.LONGEST_RING:
            return f"with {_longer(book, found.offer, value)} of length up to {value}"
        case Asked.MINIMUM:
            return f"with a minimum of {amount}" if value else "without a minimum"
        case Asked.LOT:
            return f"in lots of {amount}"
        case Asked.LIMIT if value == 1:
            return "asking the least bit less"
        case _:
            return f"asking {bps(value).lstrip('+')} bps less{'' if trial.least else ' (less may do)'}"


def _longer(book: Book, offer: int, length: int) -> str:
    """What of rings and chains is bounded below a length."""
    asked, rules = book.offers.conditions.get(offer), book.rulebook
    own = asked.max_ring if asked is not None else None
    rings, chains = (
        any(limit is not None and limit < length for limit in (own, limit))
        for limit in (rules.max_ring, rules.chain_limit)
    )
    chains = chains and bool((book.offers.alt_asset == ANY).any())
    return " and ".join(["rings"] * rings + ["chains of gifts"] * chains)
