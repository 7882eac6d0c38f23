"""Version 1: the journal with its payload and tree, and the projections.

Written in SQL, as the two databases are told different things: SQLite that tables are STRICT, PostgreSQL how texts
compare and what the role ``clearing_house`` may do.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

ROLE = "clearing_house"

TABLES = {
    "journal": "seq {count} PRIMARY KEY, event {bytes} NOT NULL, hash {bytes} NOT NULL",
    "payload": "seq {count} NOT NULL, name {text} NOT NULL, part {count} NOT NULL, content {bytes} NOT NULL, "
    "PRIMARY KEY (seq, name, part)",
    "tree": "level {count} NOT NULL, place {count} NOT NULL, hash {bytes} NOT NULL, PRIMARY KEY (level, place)",
    "house": "id {count} PRIMARY KEY CHECK (id = 1), rulebook {text} NOT NULL, veto_minutes {count} NOT NULL",
    "participants": "participant_id {text} PRIMARY KEY, status {text} NOT NULL, balance_micro {count} NOT NULL, "
    "credit_limit_micro {count} NOT NULL, balance_cap_micro {count}, texts {text} NOT NULL, "
    "opening_micro {count} NOT NULL",
    "assets": "asset_id {text} PRIMARY KEY, line {text} NOT NULL",
    "fixings": "seq {count} PRIMARY KEY, form {text} NOT NULL, source {text} NOT NULL, assets {count} NOT NULL",
    "stocks": "stock_id {text} PRIMARY KEY, participant_id {text} NOT NULL, asset_id {text} NOT NULL, "
    "quantity {count} NOT NULL CHECK (quantity >= 0), seq {count} NOT NULL",
    "obligations": "obligation_id {text} PRIMARY KEY, debtor_id {text} NOT NULL, creditor_id {text} NOT NULL, "
    "state {text} NOT NULL, seq {count} NOT NULL, line {text} NOT NULL",
    "offers": "offer_id {text} PRIMARY KEY, participant_id {text} NOT NULL, state {text} NOT NULL, good_for {text}, "
    "seq {count} NOT NULL, place {count} NOT NULL, line {text} NOT NULL",
    "sessions": "session_id {text} PRIMARY KEY, number {count} NOT NULL UNIQUE, state {text} NOT NULL, "
    "commitment {text} NOT NULL, batch {text} UNIQUE, cut_off {text}, secret {text}, closed_seq {count}, "
    "offers_root {text}, offers {count}, obligations {count}, fixing_seq {count}, vetoed {text} NOT NULL, "
    "attempt {count} NOT NULL, bundle {text}, digest {text}, cleared_seq {count}, cleared_at {text}, "
    "final_seq {count}, final_at {text}",
    "entries": "session_id {text} NOT NULL, participant_id {text} NOT NULL, kind {text} NOT NULL, "
    "amount_micro {count} NOT NULL, PRIMARY KEY (session_id, participant_id, kind)",
    "keys": "actor {text} NOT NULL, key {text} NOT NULL, keyed {text} NOT NULL, seq {count} NOT NULL, "
    "PRIMARY KEY (actor, key)",
    "held_secrets": "session_id {text} PRIMARY KEY, secret {bytes} NOT NULL",
}
INDEXES = (
    "CREATE INDEX standing_offers ON offers (offer_id) WHERE state = 'standing'",
    "CREATE INDEX standing_obligations ON obligations (obligation_id) WHERE state = 'standing'",
    "CREATE UNIQUE INDEX one_open_session ON sessions (state) WHERE state = 'open'",
)
APPEND_ONLY = ("journal", "payload", "tree")
WORDS = {
    "sqlite": {"count": "INTEGER", "text": "TEXT", "bytes": "BLOB"},
    "postgresql": {"count": "BIGINT", "text": 'TEXT COLLATE "C"', "bytes": "BYTEA"},
}
NEXT_SEQ = "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)"


def upgrade() -> None:
    """Make every table, and what keeps the past from being changed."""
    dialect = op.get_bind().dialect.name
    end = " STRICT" if dialect == "sqlite" else ""
    for name, columns in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns.format(**WORDS[dialect])}){end}")
    for index in INDEXES:
        op.execute(index)
    for statement in sqlite_guards() if dialect == "sqlite" else postgresql_guards():
        op.execute(statement)


def sqlite_guards() -> list[str]:
    """OR REPLACE deletes in silence: so what is inserted must be new, too."""
    guards = [
        f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in APPEND_ONLY
        for change in ("update", "delete")
    ]
    keys = {
        "payload": "seq = NEW.seq AND name = NEW.name AND part = NEW.part",
        "tree": "level = NEW.level AND place = NEW.place",
    }
    guards += [
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table, same in keys.items()
    ]
    says = "events are numbered without gaps"
    guards.append(
        f"CREATE TRIGGER journal_next BEFORE INSERT ON journal WHEN {NEXT_SEQ} BEGIN SELECT RAISE(ABORT, '{says}'); END"
    )
    return guards


def postgresql_guards() -> list[str]:
    """What refuses changes, then what the role may do."""
    guards = [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        f"CREATE FUNCTION next_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {NEXT_SEQ} THEN "
        "RAISE EXCEPTION 'events are numbered without gaps'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER journal_next BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION next_event()",
    ]
    for table in APPEND_ONLY:
        guards.append(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        guards.append(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    guards.append(f"GRANT SELECT, INSERT ON {', '.join(APPEND_ONLY)} TO {ROLE}")
    others = ", ".join(name for name in TABLES if name not in APPEND_ONLY)
    guards.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {others} TO {ROLE}")
    guards.append(f"GRANT SELECT ON alembic_version TO {ROLE}")
    return guards
