"""Trials of an explanation come in; a sentence for each, and objects for programs, go out."""

from __future__ import annotations

from collections.abc import Iterator

from clearing.doors.words import bps, count, quantity_worth
from clearing.model.book import Book
from clearing.model.explanation import Asked, Explanation, Fate, Hindrance, Trial

DESKS_NAMED_MAX = 5


def trial_sentences(book: Book, found: Explanation) -> Iterator[str]:
    """What was tried and brings more; that nothing tried does, where nothing does."""
    for trial in found.trials:
        deliver = int(book.offers.deliver[found.offer])
        brings = quantity_worth(book, deliver, trial.flow_micro - found.flow_micro)
        brings += " more" if found.flow_micro else ""
        proof = "" if trial.proven else " (not proven the best)"
        as_good = ": an equally good clearing fills it" if (trial.asked, trial.value) == (Asked.LIMIT, 1) else ""
        yield f"Tried: {_changed(book, found, trial)} it would deliver {brings}{proof}{as_good}."
    waits = any(seen.hindrance in (Hindrance.SEARCHED, Hindrance.RING_TOO_LONG) for seen in found.outlook)
    if waits and found.fate is not Fate.FILLED and not found.trials:
        yield "No change alone, of its conditions, others' lists, ring lengths or its limit, was found to bring more."


def trial_object(trial: Trial) -> dict[str, object]:
    """One trial for programs."""
    record: dict[str, object] = {
        "change": trial.asked.value,
        "flow_micro": str(trial.flow_micro),
        "proven": trial.proven,
    }
    if trial.value is not None:
        record["value"] = str(trial.value)
    if trial.named:
        record["participants"] = list(trial.named)
    return record


def _changed(book: Book, found: Explanation, trial: Trial) -> str:
    deliver, value = int(book.offers.deliver[found.offer]), trial.value or 0
    amount = quantity_worth(book, deliver, value * book.increment_value_micro(deliver))
    match trial.asked:
        case Asked.OWN_LISTS:
            return "without its own allow and deny lists"
        case Asked.OTHERS_LISTS:
            named = ", ".join(trial.named[:DESKS_NAMED_MAX])
            more = len(trial.named) - DESKS_NAMED_MAX
            others = f" and {count(more, 'other')}" if more > 0 else ""
            return f"if the lists of {named}{others} let it in"
        case Asked.LONGEST_RING:
            return f"with rings of length up to {value}"
        case Asked.MINIMUM:
            return f"with a minimum of {amount}" if value else "without a minimum"
        case Asked.LOT:
            return f"in lots of {amount}"
        case Asked.LIMIT if value == 1:
            return "asking the least bit less"
        case _:
            return f"asking {bps(value).lstrip('+')} bps less"
