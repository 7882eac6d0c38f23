"""An explanation comes in; sentences for people and one JSON object for programs go out."""

from __future__ import annotations

from collections.abc import Iterator

from clearing.doors.trial_words import trial_object, trial_sentences
from clearing.doors.words import (
    amount,
    asset_id,
    asset_name,
    bps,
    count,
    participant_name,
    quantity_of,
    refusal_words,
    share,
)
from clearing.model.book import ANY, Book
from clearing.model.explanation import AlternativeOutlook, Binding, Explanation, Fate, Hindrance
from clearing.model.faults import RefusalReason

OFFERS_NAMED_MAX = 5


def explanation_sentences(book: Book, found: Explanation) -> list[str]:
    """What became of the offer, why, and what would change it."""
    name, desk = book.offers.id[found.offer], participant_name(book, int(book.offers.participant[found.offer]))
    if found.refusal is not None:
        return [f"{name} of {desk} was refused: {refusal_words(found.refusal)}.", *_remedy(found)]
    return [
        f"{name} of {desk} {_fate_words(book, found)}.",
        *_class_words(found),
        *(_outlook_words(book, found, seen) for seen in found.outlook if seen.hindrance or seen.flow_micro),
        *_searched_words(book, found),
        *(_binding_words(book, binding) for binding in found.bindings),
        *_change_words(book, found),
        *trial_sentences(book, found),
    ]


def explanation_object(book: Book, found: Explanation) -> dict[str, object]:
    """The same for programs: amounts and ppm are strings of integers, absent fields are left out."""
    record: dict[str, object | None] = {
        "offer_id": book.offers.id[found.offer],
        "fate": found.fate.value,
        "capacity_micro": str(found.capacity_micro),
        "flow_micro": str(found.flow_micro),
        "quantity": str(found.quantity),
        "premium_micro": str(found.paid_micro),
        "sentence": " ".join(explanation_sentences(book, found)),
        "alternatives": [_outlook_object(book, seen) for seen in found.outlook],
        "bindings": [
            {"kind": b.kind, "id": b.id, "used_by": [book.offers.id[i] for i in b.used_by]} for b in found.bindings
        ],
        "headroom_needed_micro": str(found.headroom_needed_micro),
        "headroom_left_micro": str(found.headroom_left_micro),
        "credit_needed_micro": _text(found.credit_needed_micro),
    }
    if found.refusal is not None:
        refusal = found.refusal
        record["refusal"] = _present({"reason": refusal.reason.value, "found": refusal.found, "limit": refusal.limit})
    if found.shared is not None:
        shared = found.shared
        record["class"] = {
            "members": shared.members,
            "capacity_micro": str(shared.capacity_micro),
            "flow_micro": str(shared.flow_micro),
        }
    if found.change is not None:
        change = found.change
        record["change"] = {
            "alternative": change.alternative,
            "limit_ppm": str(change.limit_ppm),
            "credit_micro": str(change.credit_micro),
            "brings": "more" if change.more else "less",
            "promised": change.promised,
        }
    if found.trials:
        record["trials"] = [trial_object(trial) for trial in found.trials]
    record["shortest_ring"], record["shortest_chain"] = found.ring_length, found.chain_length
    return _present(record)


def _remedy(found: Explanation) -> Iterator[str]:
    match found.refusal and found.refusal.reason:
        case RefusalReason.UNSUPPORTED:
            yield "Without that condition it could take part."
        case RefusalReason.EXPIRED:
            yield "With a later expiry it could take part."
        case RefusalReason.NO_VALUE:
            yield "With a value in the fixing it could take part."
        case RefusalReason.TOO_COARSE:
            yield "With a finer increment, or a residual_tolerance as large, it could take part."
        case RefusalReason.SELF_CROSSING:
            yield "With a limit that closes no such ring it could take part."
        case RefusalReason.NO_HEADROOM if found.credit_needed_micro is not None:
            yield f"A credit limit higher by {_exact(found.credit_needed_micro)} would admit it."


def _fate_words(book: Book, found: Explanation) -> str:
    if found.fate is Fate.UNFILLED:
        return "was not filled"
    gave = f"delivers {quantity_of(book, int(book.offers.deliver[found.offer]), found.quantity)}"
    if found.fate is Fate.FILLED:
        return f"was filled in full: it {gave}"
    return f"was filled to {share(found.flow_micro, found.capacity_micro)}: it {gave}"


def _class_words(found: Explanation) -> Iterator[str]:
    shared = found.shared
    if shared is not None and found.fate is not Fate.UNFILLED:
        yield (
            f"It shares with {count(shared.members - 1, 'other offer')} of the same terms: "
            f"{amount(shared.flow_micro)} of {amount(shared.capacity_micro)} index units, pro rata."
        )


def _outlook_words(book: Book, found: Explanation, seen: AlternativeOutlook) -> str:
    wanted, given = asset_name(book, seen.asset), asset_name(book, int(book.offers.deliver[found.offer]))
    asks, paid = f"asks {bps(seen.limit_ppm)} bps", f"the premia pay {bps(seen.paid_ppm or 0)} bps"
    if found.searched and seen.flow_micro:
        return f"It {_taken_words(book, seen)}."
    match seen.hindrance:
        case Hindrance.NO_GIVER:
            return f"Nobody delivers {wanted}: an offer that gives it for {given} could fill this one."
        case Hindrance.NO_TAKER:
            return f"Nobody wants {given}: an offer that takes it for {wanted} could fill this one."
        case Hindrance.USED_UP:
            return (
                f"For {wanted} no ring is left at any limit: what could close one is used up; "
                f"another offer that takes {given} for {wanted} could fill more."
            )
        case Hindrance.MAXIMUM:
            return f"For {wanted} it has received its maximum."
        case Hindrance.LIMIT:
            threshold = seen.more_below_ppm or 0
            over = bps(seen.limit_ppm - threshold).lstrip("+")
            if seen.flow_micro:
                return f"For {wanted} it {asks}; {paid}. More would be filled below {bps(threshold)} bps."
            return (
                f"For {wanted} it {asks}, {over} bps above what the market pays: it would be filled "
                f"below {bps(threshold)} bps."
            )
        case Hindrance.SEARCHED:
            return f"For {wanted} it {asks} and takes nothing."
        case Hindrance.NO_RING:
            return f"No ring leads from {given} back to {wanted} past those who would not deal with each other."
        case Hindrance.RING_TOO_LONG:
            return f"For {wanted} {_lengths_words(found)}, more than is allowed."
        case Hindrance.PAR:
            return f"For {wanted} it {asks}: trade is at par, and more of it would serve no objective of the rulebook."
        case Hindrance.MARGIN:
            return (
                f"For {wanted} it {asks}, exactly what the market pays, and there is not enough for all at "
                "that limit; any lower limit comes first."
            )
        case None:
            return f"For {wanted} it {asks}; {paid}."


def _lengths_words(found: Explanation) -> str:
    shortest = (("ring", found.ring_length), ("chain of gifts", found.chain_length))
    lengths = [f"the shortest {kind} through it is of length {length}" for kind, length in shortest if length]
    return " and ".join(lengths)


def _taken_words(book: Book, seen: AlternativeOutlook) -> str:
    asks = f"asks {bps(seen.limit_ppm)} bps and is paid {bps(seen.paid_ppm or 0)} bps for it"
    if seen.asset == ANY:
        return f"gives to a chain, {asks}"
    return f"takes {quantity_of(book, seen.asset, seen.quantity)}, {asks}"


def _searched_words(book: Book, found: Explanation) -> Iterator[str]:
    deliver = int(book.offers.deliver[found.offer])
    value = book.increment_value_micro(deliver)
    kept = found.flow_micro - found.quantity * value
    if found.searched and kept > book.rulebook.residual_tolerance_micro + value:
        yield f"A chain of gifts ends with it: it keeps {quantity_of(book, deliver, kept // value)} as their return."
    if any(seen.hindrance is Hindrance.SEARCHED for seen in found.outlook):
        yield "Here trade goes in bounded rings or whole pieces, which fit together or do not."
    if found.searched and found.paid_micro:
        verb = "is paid" if found.paid_micro > 0 else "pays"
        yield f"Beyond value for value it {verb} {amount(abs(found.paid_micro))} index units."


def _binding_words(book: Book, binding: Binding) -> str:
    named = ", ".join(book.offers.id[i] for i in binding.used_by[:OFFERS_NAMED_MAX])
    others = len(binding.used_by) - OFFERS_NAMED_MAX
    named += f" and {count(others, 'other')}" if others > 0 else ""
    by = f" by {named}" if named else ""
    match binding.kind:
        case "stock":
            return f"Its stock {binding.id} is used up{by}."
        case "credit":
            return f"The desk's headroom for index units is used up{by}."
        case "cap":
            return f"The desk's balance cap is reached{by}."
        case _:
            return f"The receive maximum of alternative {binding.id} is reached."


def _change_words(book: Book, found: Explanation) -> Iterator[str]:
    change = found.change
    if change is None:
        return
    seen = found.outlook[change.alternative]
    several = f" for {asset_name(book, seen.asset)}" if len(found.outlook) > 1 else ""
    if found.fate is Fate.FILLED:
        yield f"Above a limit of {bps(change.limit_ppm - 1)} bps{several} it would get less."
    elif not change.promised:
        yield (
            f"A limit of {bps(change.limit_ppm)} bps{several} needs credit that would let other offers of the desk "
            "in or keep them out, so that nothing is sure."
        )
    elif change.credit_micro > 0:
        yield (
            f"A limit of {bps(change.limit_ppm)} bps{several} needs headroom: {_exact(change.credit_micro)} more of "
            "credit."
        )


def _outlook_object(book: Book, seen: AlternativeOutlook) -> dict[str, object]:
    return _present(
        {
            "alternative": seen.alternative,
            "asset": asset_id(book, seen.asset),
            "limit_ppm": str(seen.limit_ppm),
            "flow_micro": str(seen.flow_micro),
            "quantity": str(seen.quantity),
            "paid_ppm": _text(seen.paid_ppm),
            "hindrance": None if seen.hindrance is None else seen.hindrance.value,
            "more_below_ppm": _text(seen.more_below_ppm),
            "less_above_ppm": _text(seen.less_above_ppm),
        }
    )


def _exact(micro: int) -> str:
    """All six decimals that matter: a promise is kept to the micro unit."""
    whole, rest = divmod(micro, 1_000_000)
    return f"{whole:,}.{rest:06d} index units".replace(".000000 ", " ")


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _present(record: dict[str, object | None]) -> dict[str, object]:
    return {key: value for key, value in record.items() if value is not None}
