"""Law 1: of every asset as much is received as delivered, and the entries of every kind sum to zero."""

from __future__ import annotations

from clearing.audit.verify import forms
from clearing.audit.verify.book import Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.lines import columns
from clearing.audit.verify.report import Findings, shown


def check_fills_balance(book: Book, fills: Fills, found: Findings) -> None:
    """Increments delivered and received by all fills are the same, asset by asset."""
    balance = [0] * len(book.assets.name)
    for asset, quantity in zip(book.offers.deliver, fills.delivered, strict=True):
        balance[asset] += quantity
    for asset, quantity in zip(book.offers.alt_asset, fills.alt_quantity, strict=True):
        balance[asset] -= quantity
    for name, surplus in zip(book.assets.name, balance, strict=True):
        if surplus:
            message = f"{name}: {surplus} increments more delivered than received"
            found.add(1, message, forms.FILLS.path, field="delivered")


def check_positions_balance(bytes_read: bytes, found: Findings) -> None:
    """Increments delivered and received in all positions are the same, asset by asset."""
    balance: dict[str, int] = {}
    read = columns(bytes_read, forms.POSITIONS, Findings())
    for asset, delivered, received in zip(*(read or ([], [], [])), strict=True):
        balance[asset] = balance.get(asset, 0) + int(delivered) - int(received)
    for asset, surplus in sorted(balance.items()):
        if surplus:
            message = f"{shown(asset)}: {surplus} increments more delivered than received"
            found.add(1, message, forms.POSITIONS.path, field="delivered")


def check_entries_sum(bytes_read: bytes, found: Findings) -> None:
    """Entries of one kind sum to zero over all participants."""
    sums: dict[str, int] = {}
    read = columns(bytes_read, forms.ENTRIES, Findings())
    for amount, kind, _ in zip(*(read or ([], [], [])), strict=True):
        sums[kind] = sums.get(kind, 0) + int(amount)
    for kind, total in sorted(sums.items()):
        if total:
            found.add(1, f"entries of kind {kind} sum to {total}", forms.ENTRIES.path, field="amount_micro")
