"""Backups, restored copies and moves of a test's registry: the same keys, the same head file, another database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from registry.bootstrap import open_registry, place_named
from registry.services.backup import take_backup
from registry.services.fill_store import Filled
from registry.services.restore import restore_backup
from registry.storage.backup_files import Manifest
from registry.storage.engine import open_engine
from tests.registries import STEWARD, Desk, settings_for


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def back_up(
    desk: Desk, folder: Path, progress: Callable[[str, int, int], None] = quiet
) -> Manifest:
    return take_backup(desk.registry.reading, folder, desk.clock(), progress)


def surroundings(desk: Desk) -> dict[str, Any]:
    """What `restore_backup` and `move_store` are told of the registry beside the databases."""
    return {
        "place_of": partial(place_named, desk.registry.settings),
        "files": desk.registry.key_files,
        "head_file": desk.registry.head_file,
        "now": desk.clock(),
        "by": STEWARD,
        "progress": quiet,
    }


def restored(desk: Desk, folder: Path, url: str, **more: Any) -> Filled:
    engine = open_engine(url)
    try:
        return restore_backup(engine, folder, **{**surroundings(desk), **more})
    finally:
        engine.dispose()


@contextmanager
def opened_on(desk: Desk, url: str) -> Iterator[Desk]:
    """The same registry as the test's, on this database."""
    settings = settings_for(desk.registry.settings.var.parent, url)
    registry = open_registry(settings, desk.clock)
    registry.nonces.prepare(desk.clock())
    try:
        yield Desk(registry, desk.clock, dict(desk.names))
    finally:
        registry.close()
