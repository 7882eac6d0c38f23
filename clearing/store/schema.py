"""An engine in, its database brought to the version of this package, or its version told."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from clearing.model.errors import OperatingFault, UsageFault
from clearing.store.database import ROLE, open_engine, writing

VERSION = "0003"
"""The last migration."""


def migrate(engine: Engine) -> None:
    """Apply the migrations that are lacking, all or none."""
    owner = open_engine(engine.url, as_role=False)
    try:
        if owner.dialect.name == "postgresql":
            make_role(owner)
        with writing(owner) as connection:
            config = Config()
            config.set_main_option("script_location", "clearing.store:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        owner.dispose()


def version_of(engine: Engine) -> str | None:
    """The version of a database; None where nothing of a house is in it."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def make_role(owner: Engine) -> None:
    """Make the role that every connection takes, unless it is there: roles are the server's, not the database's."""
    try:
        with owner.begin() as connection:
            if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": ROLE}).first() is None:
                connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN"))
            connection.execute(text(f"GRANT {ROLE} TO CURRENT_USER"))
    except DBAPIError as error:
        says = str(error.orig).strip().splitlines()[0]
        needed = f"CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO the user of the URL"
        raise UsageFault(f"the role {ROLE} is needed and could not be made ({says}); have it made: {needed}") from error
    except Exception as error:
        raise OperatingFault(f"the database refused: {error}") from error
