"""Law 5, shares: offers of the same terms share the fill of their class pro rata to capacity.

Member i of a class of capacity C and flow F gets ⌊F·cᵢ/C⌋; what is left over goes, a unit each, to the largest
remainders F·cᵢ mod C, ties by the lower lottery cost of the member's own id, then by id.

Example: capacities 3, 3, 1 and F = 5: shares 2, 2, 0 with remainders 1, 1, 5 of 7; the unit left goes to the third.
"""

from __future__ import annotations

from clearing.audit.verify import forms
from clearing.audit.verify.book import Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.graph import Graph
from clearing.audit.verify.lottery import lottery_cost
from clearing.audit.verify.report import Findings


def check_shares(book: Book, fills: Fills, graph: Graph, salt: bytes, found: Findings) -> None:
    """Every member of every class has exactly its share."""
    for arc, members in graph.mates.items():
        flow = graph.flow[arc]
        if flow == 0 or flow == graph.capacity[arc]:
            shares = [book.offers.capacity[offer] if flow else 0 for offer in members]
        else:
            shares = _shares(book, members, flow, graph.capacity[arc], salt)
        for offer, share in zip(members, shares, strict=True):
            if fills.offer_flow[offer] != share:
                message = f"{book.offers.id[offer]} has {fills.offer_flow[offer]}, its share is {share}"
                found.add(5, message, forms.FILLS.path, fills.line(book, offer), "flow_micro")


def _shares(book: Book, members: list[int], flow: int, capacity: int, salt: bytes) -> list[int]:
    parts = [divmod(flow * book.offers.capacity[offer], capacity) for offer in members]
    left = flow - sum(share for share, _ in parts)
    by_remainder = sorted(range(len(members)), key=lambda i: -parts[i][1])
    if left and by_remainder[left:] and parts[by_remainder[left - 1]][1] == parts[by_remainder[left]][1]:
        by_remainder.sort(key=lambda i: (-parts[i][1], _draw(book, members[i], salt), members[i]))
    favoured = set(by_remainder[:left])
    return [share + (i in favoured) for i, (share, _) in enumerate(parts)]


def _draw(book: Book, offer: int, salt: bytes) -> int:
    return lottery_cost(salt, f"1|offer|{book.offers.id[offer]}|0")
