"""The lines of the standing offers, as they come without their records, are those of the records."""

from __future__ import annotations

import pytest

from clearing.keeping import offers as desk
from clearing.model.errors import OperatingFault
from tests.keeping.founding import lines_of
from tests.store.databases import Databases
from tests.store.houses import found, offer_line, opened

MEMOS = ('say "so"', "a \\ b", "two \\\\ of them", "\\N", "tab\\tnot", "Käthe 上海 \u2028", "ends with \\")


def test_lines_come_to_the_byte_whatever_is_written_in_them(databases: Databases) -> None:
    url = databases.new()
    house = found(url)
    rows = [{**offer_line(f"M-{i}", "BO", "STEEL", 5, "WHEAT"), "memo": memo} for i, memo in enumerate(MEMOS)]
    desk.submit(house, lines_of(rows))
    with opened(url).store.reading() as facts:
        last = facts.head()
        assert last is not None
        for seq in (0, last.seq - 1, last.seq):
            expected = "".join(offer.line + "\n" for offer in facts.standing() if offer.seq <= seq)
            assert facts.standing_content(closed_seq=seq) == expected.encode()
        assert facts.standing_content(closed_seq=last.seq).count(b"\n") == 3 + len(MEMOS)


def test_what_a_driver_refuses_is_an_operating_fault(databases: Databases) -> None:
    """A million rows pass SQLAlchemy by, and so do the errors."""
    url = databases.new()
    house = found(url)
    databases.execute(url, "DROP TABLE offers")
    refused = r"the database refused: .*offers"
    with pytest.raises(OperatingFault, match=refused), house.store.reading() as facts:
        facts.standing_content(closed_seq=9)
    with pytest.raises(OperatingFault, match=refused), house.store.reading() as facts:
        facts.offers(["1"])
