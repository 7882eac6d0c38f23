"""What alembic runs: a connection comes in by the configuration, the versions that it lacks are applied to it."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
