"""A prepared registry, made once in a test run and copied for each test: a first start takes longer than most tests."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from registry.bootstrap import open_registry
from tests.registries import Desk, MovedClock, open_desk, settings_for


@dataclass(frozen=True, slots=True)
class PreparedStore:
    """`var` holds its keys, its head file, and the nonces of a store on SQLite. Nobody has it open."""

    var: Path
    database_url: str


def prepare_store(folder: Path, database_url: str) -> PreparedStore:
    """A registry as `open_desk` makes it, closed again."""
    desk = open_desk(folder, database_url)
    desk.registry.close()
    return PreparedStore(desk.registry.settings.var, database_url)


def copied_desk(store: PreparedStore, folder: Path, database_url: str) -> Desk:
    """A copy of it, with keys and all. `database_url`: of a file that is not there yet, or of a PostgreSQL database
    that was made like the store's."""
    shutil.copytree(store.var, folder / "var")
    url = make_url(database_url)
    if url.drivername.startswith("sqlite"):
        shutil.copyfile(str(make_url(store.database_url).database), str(url.database))
    clock = MovedClock()
    return Desk(open_registry(settings_for(folder, database_url), clock), clock)
