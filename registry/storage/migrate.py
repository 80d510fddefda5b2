"""Bringing a database to the newest numbered migration (Alembic), from whatever version it is at."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 0x6D696772


def alembic_config(url: str = "") -> Config:
    """The configuration of our migrations, for a database URL."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(engine: Engine) -> None:
    """Upgrades to the newest version, in one transaction; processes that start together take turns."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Upgrades to this revision, in the transaction that the connection is in."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; None before its first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Is this a revision of this version of the program, or of an older one?"""
    script = ScriptDirectory.from_config(alembic_config())
    return any(each.revision == revision for each in script.walk_revisions())


def pending_migrations(engine: Engine) -> list[str]:
    """The revisions that this database lacks, oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    with engine.connect() as connection:
        current = revision_of(connection)
    return [
        revision.revision
        for revision in reversed(list(script.iterate_revisions("head", current or "base")))
    ]
