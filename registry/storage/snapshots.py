"""Snapshots as files: a folder for each size of the log, in it what the manifest names, and the manifest.

Guarantee: a manifest that can be read names files that are there, whole and durable. Files are never changed: their
names hold their digest. One process at a time makes a snapshot; what it left behind when it was killed is cleared away
by the next.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from registry.errors import Conflict, NotFound, Unavailable

MANIFEST: Final = "manifest.jws"
_MAKING: Final = ".making"
_SIZE: Final = re.compile(r"[0-9]{1,18}")
_FILE: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9]+)+")


class SnapshotFiles:
    """The folder with all snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sizes(self) -> list[int]:
        """The sizes of the log of which there is a snapshot, ascending."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []
        sizes = sorted(int(name) for name in names if _SIZE.fullmatch(name))
        return [size for size in sizes if (self._of(size) / MANIFEST).is_file()]

    def manifest(self, size: int) -> str:
        """The signed manifest. Raises: NotFound."""
        try:
            return (self._of(size) / MANIFEST).read_text("ascii")
        except FileNotFoundError:
            raise NotFound(
                f"there is no snapshot of the log at {size} entries (any more)"
            ) from None

    def file(self, size: int, name: str) -> Path:
        """Where a file of a snapshot lies. Raises: NotFound."""
        path = self._of(size) / name
        if not _FILE.fullmatch(name) or name == MANIFEST or not path.is_file():
            raise NotFound(f"the snapshot at {size} entries has no file of this name (any more)")
        return path

    @contextmanager
    def making(self) -> Iterator[Path]:
        """An empty folder to make a snapshot in, on the same disk; gone at the end, whatever happens.

        Raises: Conflict where another process is at it, Unavailable where the disk is away or full.
        """
        fresh = self.folder / _MAKING
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for left in (fresh, *self._unfinished()):
                    shutil.rmtree(left, ignore_errors=True)
                fresh.mkdir()
                yield fresh
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
                os.close(lock)
        except BlockingIOError:
            raise Conflict("another process is making a snapshot; wait for it") from None
        except OSError as error:
            raise Unavailable(
                f"the snapshots in {self.folder} cannot be written: {error.strerror or error}"
            ) from error

    def publish(self, size: int, made: Path, manifest: str) -> None:
        """Moves what was made to its place, and then the manifest; one of the same size is replaced at once.

        Raises: OSError, which `making` understands.
        """
        (made / MANIFEST).write_text(manifest, "ascii")
        for path in made.iterdir():
            _sync(path)
        place = self._of(size)
        place.mkdir(exist_ok=True)
        for path in made.iterdir():
            if path.name != MANIFEST:
                path.replace(place / path.name)
        _sync(place)
        (made / MANIFEST).replace(place / MANIFEST)
        _sync(place)
        _sync(self.folder)

    def forget(self, size: int) -> None:
        """Removes a snapshot, its manifest first."""
        (self._of(size) / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(self._of(size), ignore_errors=True)

    def _unfinished(self) -> list[Path]:
        """Folders of snapshots that got no manifest, or lost it first when they were to be forgotten."""
        found = [path for path in self.folder.iterdir() if _SIZE.fullmatch(path.name)]
        return [path for path in found if not (path / MANIFEST).is_file()]

    def _of(self, size: int) -> Path:
        return self.folder / str(size)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
