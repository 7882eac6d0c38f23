"""Many small days of a house, drawn from a seed and cut off at any step; an auditor with sums of its own looks on."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clearing.audit.verify import verify
from clearing.audit.verify.__main__ import Folder
from clearing.doors.house.place import BundleShelf
from clearing.keeping import offers as desk
from clearing.keeping import registers, sessions
from clearing.keeping.accounts import statement
from clearing.keeping.batch import run_batch
from clearing.keeping.denied import Denied
from clearing.keeping.ports import House, Surroundings
from clearing.model.house import NO_VETO, Kind
from clearing.wiring import open_house
from tests.keeping.auditor import Auditor, Standing
from tests.keeping.founding import found_house, lines_of

DESKS, GOODS = ("ANNA", "BO", "CARL", "DORA", "EMIL"), ("COAL", "FLAX", "IRON", "WOOL")
CREDIT = 40_000_000
DAYS = int(os.environ.get("CLEARING_SIMULATED_DAYS", "12"))


class Killed(BaseException):
    """The run ends here, as if its machine had."""


class Day:
    """One house through many days, and what chance makes of them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance, self.folder, self.number, self.names = random.Random(seed), folder, 0, 0
        self.url = f"sqlite:///{folder / 'house.db'}"
        secrets = random.Random(seed + 1)
        self.world = Surroundings(lambda: f"2026-01-{1 + self.number:02}T16:00:00Z", lambda: secrets.randbytes(32))
        self.shelf, self.kills = BundleShelf(folder / "sessions"), 0
        self.auditor = Auditor(dict.fromkeys(DESKS, 0), CREDIT, {"PILE": 60})
        self.keys: list[tuple[str, bytes, dict[str, Any]]] = []
        self._found()

    @property
    def house(self) -> House:
        """The house, opened anew, as after a restart."""
        return open_house(self.url, surroundings=self.world)

    def _found(self) -> None:
        pile = [{"stock_id": "PILE", "participant_id": "ANNA", "asset_id": "COAL", "quantity": "60"}]
        found_house(self.url, self.world, desks=DESKS, goods=GOODS, credit=CREDIT, stocks=pile)

    def morning(self) -> None:
        """Desks submit, repeat themselves, amend, withdraw; each may be cut off before its commit."""
        for _ in range(self.chance.randint(8, 20)):
            self.chance.choice((*[self.submit] * 9, self.repeat, self.amend, self.withdraw))()
        if self.chance.random() < 0.2:
            self.hold()

    def submit(self) -> None:
        """One offer, sometimes on the pile, with a maximum, or for one session."""
        self.names += 1
        name, who = f"O-{self.names:04}", self.chance.choice(DESKS)
        gives, takes = self.chance.sample((*GOODS, "INDEX"), 2)
        quantity = self.chance.randint(1, 30)
        standing = Standing(who, quantity * (1_000_000 if gives == "INDEX" else 1))
        wanted: dict[str, str] = {"asset": takes, "limit_ppm": str(self.chance.randint(-9, 0) * 1000)}
        line: dict[str, Any] = {"offer_id": name, "participant_id": who, "deliver_asset": gives, "receive": [wanted]}
        if who == "ANNA" and gives == "COAL":
            line["stock_id"] = standing.stock = "PILE"
        if self.chance.random() < 0.2 and takes != "INDEX":
            standing.takes_max = self.chance.randint(1, 20)
            wanted["max"] = str(standing.takes_max)
        one_session = self.chance.random() < 0.2
        if who in self.auditor.held:
            return
        content = lines_of([{**line, "deliver_quantity": str(standing.left)}])
        receipt = self.asked(lambda house: desk.submit(house, content, actor=who, key=name, one_session=one_session))
        standing.session = self.number + 1 if one_session else None
        self.auditor.offers[name] = standing
        if not one_session:
            self.keys.append((name, content, receipt))

    def repeat(self) -> None:
        """A command given again gets the answer that it got, whatever became of its offer."""
        if self.keys:
            key, content, receipt = self.chance.choice(self.keys)
            who = json.loads(content)["participant_id"]
            assert desk.submit(self.house, content, actor=who, key=key) == receipt
            with pytest.raises(Denied):
                desk.submit(self.house, content.replace(b'"1000"', b'"1001"') + content, actor=who, key=key)

    def amend(self) -> None:
        """A standing offer gets another quantity, and loses its maximum and its session."""
        names = [name for name, offer in self.auditor.offers.items() if offer.participant not in self.auditor.held]
        if not names:
            return
        name = self.chance.choice(names)
        offer = self.auditor.offers[name]
        with self.house.store.reading() as facts:
            line = json.loads(facts.offers([name])[name].line)
        offer.left += 1_000_000 if line["deliver_asset"] == "INDEX" else 1
        line["deliver_quantity"] = str(offer.left)
        line["receive"] = [{key: value for key, value in each.items() if key != "max"} for each in line["receive"]]
        self.asked(lambda house: desk.amend(house, lines_of([line]), actor=offer.participant))
        offer.takes_max = offer.session = None

    def withdraw(self) -> None:
        """A standing offer leaves, and what has ended does not leave again."""
        if self.auditor.offers:
            name = self.chance.choice(sorted(self.auditor.offers))
            self.asked(lambda house: desk.withdraw(house, [name]))
            self.auditor.withdraw(name)
        if self.auditor.ended:
            with pytest.raises(Denied):
                desk.withdraw(self.house, [self.chance.choice(sorted(self.auditor.ended))])

    def hold(self) -> None:
        """A desk is suspended, or may take part again."""
        name = self.chance.choice(DESKS)
        kind = Kind.RESUMED if name in self.auditor.held else Kind.SUSPENDED
        registers.set_status(self.house, name, kind, reason="chance")
        self.auditor.held ^= {name}

    def evening(self) -> None:
        """One batch, killed between any two steps and taken up again; sometimes a veto comes between."""
        self.auditor.close()
        batch, vetoes = f"day {self.number}", self.chance.randint(0, 3)
        while True:
            try:
                with self.killed_at(self.chance.randint(0, 5)) as house:
                    done = run_batch(house, batch=batch, fix=None, clear=self.clear_of(house))
                break
            except Killed:
                self.kills += 1
            vetoes -= 1 if self.veto(wanted=vetoes) else 0
        assert done.session is not None
        assert done.session.state == "final"
        bundle = self.folder / "sessions" / str(done.session.bundle)
        assert not verify(Folder(bundle)).violations
        self.auditor.settle(bundle, self.number + 1)
        self.number += 1

    def veto(self, *, wanted: int) -> bool:
        """Something of the sealed book is left out, if a session is under way."""
        left = [each for each in self.listed() if each.state in ("closed", "fixed", "cleared")]
        if not left or not wanted or not self.auditor.expected_book():
            return False
        name = self.chance.choice(sorted(self.auditor.expected_book()))
        if self.chance.random() < 0.5:
            sessions.veto_offer(self.house, left[0].session_id, name, ground="credit", evidence="chance")
        else:
            name = self.auditor.sealed[name].participant
            sessions.veto_participant(self.house, left[0].session_id, name, ground="sanctions", evidence="chance")
        self.auditor.vetoed.add(name)
        return True

    def audit(self) -> None:
        """The house holds what the auditor holds, and every table is what the journal makes."""
        with self.house.store.reading() as facts:
            standing = {offer.offer_id: json.loads(offer.line) for offer in facts.standing()}
            accounts = {name: each.balance_micro for name, each in facts.participants().items()}
            stocks = {name: each.quantity for name, each in facts.stocks().items()}
        assert {name: int(line["deliver_quantity"]) for name, line in standing.items()} == {
            name: offer.left for name, offer in sorted(self.auditor.offers.items())
        }
        assert accounts == self.auditor.balances
        assert stocks == self.auditor.stocks
        assert self.house.store.check() == []
        for name in DESKS:
            found = statement(self.house, name, first=None, last=None)
            assert (found["opening_micro"], found["closing_micro"]) == ("0", str(accounts[name]))

    def asked(self, ask: Callable[[House], dict[str, Any]]) -> dict[str, Any]:
        """What a command answers; it may be cut off first, and leaves nothing then."""
        if self.chance.random() < 0.3:
            with self.house.store.reading() as facts:
                before = facts.head()
            with pytest.raises(Killed), self.killed_at(0) as house:
                ask(house)
            with self.house.store.reading() as facts:
                assert facts.head() == before
        return ask(self.house)

    def clear_of(self, house: House) -> Callable[[str], Any]:
        """Clearing that may die when its bundle stands and no event cites it yet."""
        return lambda session_id: sessions.clear(house, session_id, self.shelf)

    @contextmanager
    def killed_at(self, commit: int) -> Iterator[House]:
        """A house whose run ends just before the commit of this number."""
        house = self.house
        yield House(KillingStore(house.store, commit), house.surroundings)

    def listed(self) -> Any:
        """Every session."""
        with self.house.store.reading() as facts:
            return facts.sessions()


class KillingStore:
    """A store that a run dies in: all that it wrote in that transaction is lost."""

    def __init__(self, store: Any, commit: int) -> None:
        self._store, self._left = store, commit
        self.reading, self.lease, self.check, self.retold = store.reading, store.lease, store.check, store.retold

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A transaction that may never be committed."""
        with self._store.writing() as ledger:
            yield ledger
            if self._left == 0:
                raise Killed
            self._left -= 1


@pytest.mark.parametrize("seed", range(4))
def test_through_many_days_with_kills_and_vetoes_the_house_holds_what_an_auditor_holds(
    tmp_path: Path, seed: int
) -> None:
    day = Day(tmp_path, seed)
    for _ in range(DAYS):
        day.morning()
        day.evening()
        day.audit()
    assert day.kills > 0
    assert min(day.auditor.fills["whole"], day.auditor.fills["in part"]) > 10
    assert day.auditor.ended
    assert any(each.vetoed != NO_VETO for each in day.listed())
