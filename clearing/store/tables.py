"""The tables as SQLAlchemy knows them; how they come to be is for the migrations.

Texts compare as ASCII bytes on both databases: PostgreSQL is told so.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

TABLES = MetaData()

_Count: TypeEngine[Any] = BigInteger().with_variant(Integer(), "sqlite")
_Text: TypeEngine[Any] = Text().with_variant(Text(collation="C"), "postgresql")


def _key(name: str, kind: TypeEngine[Any] = _Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, _Text, nullable=False) for name in names]


def _counts(*names: str) -> list[Column[Any]]:
    return [Column(name, _Count, nullable=False) for name in names]


JOURNAL = Table(
    "journal",
    TABLES,
    _key("seq", _Count),
    Column("event", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
PAYLOAD = Table(
    "payload",
    TABLES,
    _key("seq", _Count),
    _key("name"),
    _key("part", _Count),
    Column("content", LargeBinary, nullable=False),
)
TREE = Table("tree", TABLES, _key("level", _Count), _key("place", _Count), Column("hash", LargeBinary, nullable=False))

HOUSE = Table("house", TABLES, _key("id", _Count), *_texts("rulebook"), *_counts("veto_minutes"))
PARTICIPANTS = Table(
    "participants",
    TABLES,
    _key("participant_id"),
    *_texts("status"),
    *_counts("balance_micro", "credit_limit_micro"),
    Column("balance_cap_micro", _Count),
    *_texts("texts"),
    *_counts("opening_micro"),
)
ASSETS = Table("assets", TABLES, _key("asset_id"), *_texts("line"))
FIXINGS = Table("fixings", TABLES, _key("seq", _Count), *_texts("form", "source"), *_counts("assets"))
STOCKS = Table("stocks", TABLES, _key("stock_id"), *_texts("participant_id", "asset_id"), *_counts("quantity", "seq"))
OBLIGATIONS = Table(
    "obligations",
    TABLES,
    _key("obligation_id"),
    *_texts("debtor_id", "creditor_id", "state"),
    *_counts("seq"),
    *_texts("line"),
)
OFFERS = Table("offers", TABLES, _key("offer_id"), *_texts("participant_id"), *_counts("seq", "place"), *_texts("line"))
STANDING = Table("standing", TABLES, _key("offer_id"), Column("good_for", _Text), sqlite_with_rowid=False)
ENDED = Table("ended", TABLES, _key("offer_id"), *_texts("state"), sqlite_with_rowid=False)
SESSIONS = Table(
    "sessions",
    TABLES,
    _key("session_id"),
    *_counts("number"),
    *_texts("state", "commitment"),
    *(Column(name, _Text) for name in ("batch", "cut_off", "secret")),
    Column("closed_seq", _Count),
    Column("offers_root", _Text),
    *(Column(name, _Count) for name in ("offers", "obligations", "fixing_seq")),
    *_texts("vetoed"),
    *_counts("attempt"),
    *(Column(name, _Text) for name in ("bundle", "digest")),
    Column("cleared_seq", _Count),
    Column("cleared_at", _Text),
    Column("final_seq", _Count),
    Column("final_at", _Text),
)
KEYS = Table("keys", TABLES, _key("actor"), _key("key"), *_texts("keyed"), *_counts("seq"))
HELD_SECRETS = Table("held_secrets", TABLES, _key("session_id"), Column("secret", LargeBinary, nullable=False))

PROJECTIONS = (
    HOUSE, PARTICIPANTS, ASSETS, FIXINGS, STOCKS, OBLIGATIONS, OFFERS, STANDING, ENDED, SESSIONS, KEYS,
)  # fmt: skip
"""What can be made again from the journal."""
APPEND_ONLY = (JOURNAL, PAYLOAD, TREE)
