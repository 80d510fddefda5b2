"""A copy of the log as plain files, for any file server or CDN: C2SP tlog-tiles under one folder.

Guarantee: whoever reads the checkpoint finds every file that it needs, at every moment and after a loss of power: files
are made durable before the checkpoint that covers them gets its name, and what an older checkpoint needs stays until
a full tile is in its place.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from registry.errors import Conflict
from registry.tlog.tile_path import TILE_WIDTH, Tile

CHECKPOINT: Final = "checkpoint"


class LogCopy:
    """The folder, which is made where it is not there. Files in it can be read by all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = 0
        self._changed: set[Path] = set()
        self._filled: list[Path] = []

    @contextmanager
    def held(self) -> Iterator[None]:
        """Alone at it. Raises: Conflict where another process is at it, OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Conflict(f"another process is publishing to {self.folder}") from None
        finally:
            os.close(descriptor)

    def checkpoint(self) -> str | None:
        """The note that is published; None: none yet. Raises: OSError, UnicodeDecodeError."""
        path = self.folder / CHECKPOINT
        return path.read_text("utf-8") if path.exists() else None

    def put_tile(self, tile: Tile, content: bytes) -> None:
        """A tile or a bundle. Raises: OSError."""
        path = self.folder / tile.path
        self.put(tile.path, content)
        if tile.width == TILE_WIDTH:
            self._filled.append(path.with_name(f"{path.name}.p"))

    def put(self, name: str, content: bytes) -> None:
        """A file, whole and durable; its name is, when `settle` has returned. Raises: OSError."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self.files += 1
        # a folder that was made just now has a name of its own to be made durable
        self._changed.update(each for each in path.parents if each.is_relative_to(self.folder))

    def settle(self) -> None:
        """Makes the names of all that was put durable. Raises: OSError."""
        for folder in sorted(self._changed, reverse=True):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._changed.clear()

    def release(self, note: str) -> None:
        """Publishes a checkpoint over what was put; partial tiles go where the full one is there. Raises: OSError."""
        self.settle()
        self.put(CHECKPOINT, note.encode())
        self.settle()
        for partial in self._filled:
            shutil.rmtree(partial, ignore_errors=True)
        self._filled.clear()
