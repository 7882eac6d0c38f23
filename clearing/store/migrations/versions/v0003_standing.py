"""Version 3: which offers stand, and how others ended, have narrow tables of their own.

A session that ends half a million offers then writes half a million short rows, not new versions of the long ones.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

ROLE = "clearing_house"
TABLES = {
    "standing": "offer_id {text} PRIMARY KEY, good_for {text}",
    "ended": "offer_id {text} PRIMARY KEY, state {text} NOT NULL",
}
TEXT = {"sqlite": "TEXT", "postgresql": 'TEXT COLLATE "C"'}
CARRIED = (
    "INSERT INTO standing SELECT offer_id, good_for FROM offers WHERE state = 'standing' ORDER BY offer_id",
    "INSERT INTO ended SELECT offer_id, state FROM offers WHERE state <> 'standing' ORDER BY offer_id",
    "DROP INDEX standing_offers",
    "ALTER TABLE offers DROP COLUMN state",
    "ALTER TABLE offers DROP COLUMN good_for",
)


def upgrade() -> None:
    """Make the tables, carry over what the offers say, and take it from them."""
    dialect = op.get_bind().dialect.name
    end = " STRICT, WITHOUT ROWID" if dialect == "sqlite" else ""
    for name, columns in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns.format(text=TEXT[dialect])}){end}")
    for statement in CARRIED:
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO {ROLE}")
