"""What offers ask under rulebook 2: a book in; steps and least deliveries in µ, conflicts and lengths, out.

Example: an offer of 100 t in increments of 1 t worth 5,000 µ, lots of 20 t and a minimum fill of 30 t delivers
nothing, 40, 60, 80 or 100 t: step 100,000 µ, least 200,000 µ.
"""

from __future__ import annotations

from clearing.audit.verify.book import ANY, NONE, Book

UNLIMITED = 2**31


class Asks:
    """The conditions of a book's offers as amounts and limits."""

    def __init__(self, book: Book) -> None:
        self.book, self.offers = book, book.offers
        self.tolerance = book.rulebook.tolerance_micro
        self._people = book.participants.id
        lists = {offer for offer, asked in book.offers.conditions.items() if asked.allow or asked.deny}
        self._listing = lists
        self._denied = {name for offer in lists for name in book.offers.conditions[offer].deny}
        self._denying = {offer for offer in lists if book.offers.conditions[offer].deny}

    def indivisible(self, asset: int) -> bool:
        """Whether an asset moves in whole increments; INDEX and anything do not."""
        return asset >= 0 and self.book.assets.value[asset] > self.tolerance

    def piece(self, asset: int) -> int:
        """What is taken of an asset is a multiple of this."""
        return self.book.assets.value[asset] if self.indivisible(asset) else 1

    def step(self, offer: int) -> int:
        """What the offer delivers is a multiple of this."""
        asset, asked = self.offers.deliver[offer], self.offers.conditions.get(offer)
        if asked is not None and asked.lot:
            return asked.lot * self.book.assets.value[asset]
        return self.piece(asset)

    def least(self, offer: int) -> int:
        """The least that the offer delivers, if it delivers at all."""
        asked, step = self.offers.conditions.get(offer), self.step(offer)
        if asked is None:
            return step
        if asked.all_or_none:
            return self.offers.capacity[offer]
        wanted = (asked.min_fill or 0) * self.book.assets.value[self.offers.deliver[offer]]
        return max(step, -(-wanted // step) * step)

    def stepped(self, offer: int) -> bool:
        """Whether the offer cannot be filled by any amount at will."""
        asked = self.offers.conditions.get(offer)
        if asked is not None and (asked.min_fill or asked.all_or_none or asked.lot):
            return True
        return self.indivisible(self.offers.deliver[offer]) or any(map(self.indivisible, self.taken(offer)))

    def taken(self, offer: int) -> list[int]:
        """The assets of an offer's alternatives."""
        return self.offers.alt_asset[self.offers.alt_start[offer] : self.offers.alt_start[offer + 1]]

    def takes_anything(self, offer: int) -> bool:
        """Whether the offer is a gift."""
        return ANY in self.taken(offer)

    def own_limit(self, offer: int) -> int | None:
        """The longest ring that the offer itself asks for."""
        asked = self.offers.conditions.get(offer)
        return None if asked is None else asked.max_ring or None

    def ring_limit(self, offer: int) -> int:
        """The longest ring that may hold the offer."""
        return min(self.own_limit(offer) or UNLIMITED, self.book.rulebook.max_ring or UNLIMITED)

    def chain_limit(self, offer: int) -> int:
        """The longest chain that may hold the offer."""
        rulebook = self.book.rulebook
        return min(self.own_limit(offer) or UNLIMITED, rulebook.max_chain or rulebook.max_ring or UNLIMITED)

    def lists(self, offer: int) -> bool:
        """Whether the offer has an allow or deny list."""
        return offer in self._listing

    def denies_or_denied(self, offer: int) -> bool:
        """Whether the offer may deny any other or be denied."""
        return offer in self._denying or self._people[self.offers.participant[offer]] in self._denied

    def deny(self, one: int, other: int) -> bool:
        """Whether a deny list of either names the other's participant."""
        return self._differ(one, other) and (self._denies(one, other) or self._denies(other, one))

    def conflict(self, one: int, other: int) -> bool:
        """Whether the two may not deliver to each other."""
        if one not in self._listing and other not in self._listing:
            return False
        if not self._differ(one, other):
            return False
        pairs = ((one, other), (other, one))
        return any(self._denies(*pair) or self._misses(*pair) for pair in pairs)

    def _differ(self, one: int, other: int) -> bool:
        return self.offers.participant[one] != self.offers.participant[other]

    def _denies(self, one: int, other: int) -> bool:
        asked = self.offers.conditions.get(one)
        return asked is not None and self._people[self.offers.participant[other]] in asked.deny

    def _misses(self, one: int, other: int) -> bool:
        asked = self.offers.conditions.get(one)
        if asked is None or not asked.allow:
            return False
        return self._people[self.offers.participant[other]] not in asked.allow


def stock_size(book: Book, stock: int) -> int:
    """What a stock is worth."""
    return book.stocks.quantity[stock] * book.assets.value[book.stocks.asset[stock]]


def account_room(book: Book, person: int, taking: int) -> int:
    """What an account may take in: its free cap, or all that ``taking`` offers of its own are worth."""
    people = book.participants
    return max(0, people.cap[person] - people.balance[person]) if people.cap[person] != NONE else taking
