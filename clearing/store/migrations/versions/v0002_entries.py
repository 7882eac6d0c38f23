"""Version 2: without the table ``entries``, which nothing read: statements are made of what the journal holds."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drop the table."""
    op.execute("DROP TABLE entries")
