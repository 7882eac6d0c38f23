"""A session comes in; what it comes to, in one sentence, a few figures and a chart of gross against net, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clearing.doors.report import figures
from clearing.doors.report.desks import Accounts, left_on_accounts
from clearing.doors.report.fates import Fates
from clearing.doors.report.table import percent
from clearing.doors.words import count
from clearing.model.book import Book
from clearing.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its name and what it means."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Stripe:
    """One bar of the chart: its name, its amount, its length in percent, how it is filled."""

    name: str
    amount: str
    width: str
    tone: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The head of the page."""

    lede: str
    figures: Sequence[Figure]
    goods: Sequence[Stripe]
    obligations: Sequence[Stripe]
    chart: str
    """The chart in words."""


def overview(book: Book, outcome: Outcome, fates: Fates, accounts: Accounts) -> Overview:
    """Gross against net, of goods and of obligations."""
    offered = sum(fates.capacity_micro.tolist())
    cleared, net = outcome.totals.value_cleared_micro, left_on_accounts(book, accounts)
    owed = sum(book.obligations.amount_micro.tolist())
    discharged = outcome.totals.obligations_cleared_micro
    goods = _stripes([
        ("Offered", offered, "pale"),
        ("Cleared, gross", cleared, "solid"),
        ("Left on accounts, net", net, "hatched"),
    ])  # fmt: skip
    obligations = _stripes([
        ("Obligations owed", owed, "pale"),
        ("Set off against each other", discharged, "solid"),
        ("Still owed", owed - discharged, "hatched"),
    ])  # fmt: skip
    return Overview(
        lede=_lede(book, outcome, cleared, net),
        figures=_figures(book, outcome, cleared, net),
        goods=goods,
        obligations=obligations if owed else [],
        chart=". ".join(f"{each.name}: {each.amount} index units" for each in [*goods, *(obligations if owed else [])]),
    )


def _stripes(rows: Sequence[tuple[str, int, str]]) -> Sequence[Stripe]:
    longest = max(amount for _name, amount, _tone in rows) or 1
    return [
        # What is there at all can be seen.
        Stripe(name, figures.units(amount), percent(max(0.004, amount / longest) if amount else 0), tone)
        for name, amount, tone in rows
    ]


def _lede(book: Book, outcome: Outcome, cleared: int, net: int) -> str:
    totals = outcome.totals
    served = totals.filled_offers + totals.partly_filled_offers
    posted = (
        f"{count(len(book.participants.id), 'participant')} posted {count(len(book.offers.id), 'offer')} "
        f"on {count(len(book.assets.id), 'asset')}"
    )
    if not outcome.rings.nodes:
        return f"{posted}. No ring could be found, and nothing was cleared."
    rings = count(len(outcome.rings.nodes), "ring")
    if not served:
        return f"{posted}. {rings} set off obligations; no offer was filled."
    return (
        f"{posted}. {count(served, 'offer')} {'was' if served == 1 else 'were'} filled, {totals.filled_offers:,} of "
        f"them in full, in {rings}. What they deliver is worth {figures.units(cleared)} index units; after netting "
        f"{figures.units(net)} remain to be settled on accounts."
    )


def _figures(book: Book, outcome: Outcome, cleared: int, net: int) -> Sequence[Figure]:
    totals, legs, instructions = outcome.totals, len(outcome.legs.quantity), len(outcome.instructions.quantity)
    in_kind, gains = figures.share(max(0, cleared - net), cleared), figures.units(totals.surplus_micro_ppm // 10**6)
    return [
        Figure("Settled in kind", in_kind, "of the gross leaves nothing on accounts"),
        Figure("Gains from trade", gains, "index units, at the desks' own limits"),
        Figure("Desks served", f"{totals.participants_served:,}", f"of {len(book.participants.id):,}"),
        Figure("Rings", f"{len(outcome.rings.nodes):,}", f"the longest of length {totals.longest_ring:,}"),
        Figure("Instructions", f"{instructions:,}", f"from {legs:,} legs"),
    ]
