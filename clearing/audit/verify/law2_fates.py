"""Law 2, fates: a refused offer has no fill; no quantity, stock or maximum is broken, in µ or in increments."""

from __future__ import annotations

from clearing.audit.verify import forms
from clearing.audit.verify.book import NONE, Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.report import Findings


def check_fates(book: Book, fills: Fills, refused: set[int], dropped: set[int], found: Findings) -> None:
    """Every offer and obligation has one fate within its own terms; ``dropped`` alternatives take nothing."""
    offers = book.offers
    for offer in sorted(refused):
        if fills.offer_flow[offer]:
            found.add(2, f"{offers.id[offer]} is refused and filled", forms.FILLS.path, fills.line(book, offer), "id")
    terms = zip(fills.offer_flow, offers.capacity, fills.delivered, offers.quantity, strict=True)
    for offer, (flow, capacity, delivered, quantity) in enumerate(terms):
        if flow > capacity or delivered > quantity:
            message = f"{offers.id[offer]} delivers more than the {quantity} increments offered"
            found.add(2, message, forms.FILLS.path, fills.line(book, offer), "delivered")
    for alternative in sorted(dropped):
        if fills.alt_flow[alternative]:
            offer = offers.alt_offer[alternative]
            message = f"{offers.id[offer]} takes {book.assets.name[offers.alt_asset[alternative]]} against its own desk"
            found.add(2, message, forms.FILLS.path, fills.line(book, offer), "received")
    _check_maxima(book, fills, found)
    _check_stocks(book, fills, found)
    debts = zip(fills.obligation_flow, book.obligations.amount, strict=True)
    for obligation, (flow, amount) in enumerate(debts):
        if flow > amount:
            message = f"{book.obligations.id[obligation]} is discharged by more than {amount}"
            found.add(2, message, forms.FILLS.path, fills.obligation_line(obligation), "flow_micro")


def _check_maxima(book: Book, fills: Fills, found: Findings) -> None:
    offers, value = book.offers, book.assets.value
    for alternative, most in enumerate(offers.alt_max):
        if most == NONE:
            continue
        flow, asset = fills.alt_flow[alternative], offers.alt_asset[alternative]
        if flow > most * value[asset] or fills.alt_quantity[alternative] > most:
            offer = offers.alt_offer[alternative]
            message = f"{offers.id[offer]} receives more than its maximum of {most}"
            found.add(2, message, forms.FILLS.path, fills.line(book, offer), "received")


def _check_stocks(book: Book, fills: Fills, found: Findings) -> None:
    stocks, drawn, flows = book.stocks, [0] * len(book.stocks.id), [0] * len(book.stocks.id)
    if not drawn:
        return
    for stock, delivered, flow in zip(book.offers.stock, fills.delivered, fills.offer_flow, strict=True):
        if stock != NONE:
            drawn[stock] += delivered
            flows[stock] += flow
    for stock, quantity in enumerate(stocks.quantity):
        if drawn[stock] > quantity or flows[stock] > quantity * book.assets.value[stocks.asset[stock]]:
            message = f"stock {stocks.id[stock]} holds {quantity} increments, {drawn[stock]} are delivered"
            found.add(2, message, forms.FILLS.path, field="delivered")
