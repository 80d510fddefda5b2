"""The files of imports: for each a folder with the catalogue as it was sent, and the works read from it.

Guarantee: a file that has its name is whole and durable; what was being written when a process was killed has another
name, and is written anew.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from registry.domain.ids import is_id
from registry.errors import NotFound, TooLarge, Unavailable

_SOURCE: Final = "catalogue"
_STAGED: Final = "works.sqlite"
_BLOCK: Final = 64 * 1024


class ImportFiles:
    """The folder with all imports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def receive(self, id: str, read: Callable[[int], bytes], most: int) -> tuple[int, bytes]:
        """Writes what `read` gives, to its end. Returns its length and SHA-256.

        Raises: TooLarge past `most` bytes, Unavailable where the disk is full; then nothing stays.
        """
        digest, size = hashlib.sha256(), 0
        place = self._of(id)
        try:
            place.mkdir(parents=True, mode=0o700)
            with self._whole(place / _SOURCE) as fresh, fresh.open("wb") as file:
                while block := read(_BLOCK):
                    size += len(block)
                    if size > most:
                        raise TooLarge(
                            f"a catalogue has at most {most // (1024 * 1024)} MiB; send it in parts",
                            field="file",
                        )
                    digest.update(block)
                    file.write(block)
        except BaseException as error:
            self.forget(id)
            if isinstance(error, OSError):
                raise Unavailable(
                    f"the catalogue cannot be kept: {error.strerror or error}"
                ) from error
            raise
        return size, digest.digest()

    def source(self, id: str) -> Path:
        """The catalogue as it was sent. Raises: NotFound where it is not on this machine (any more)."""
        path = self._of(id) / _SOURCE
        if not path.is_file():
            raise NotFound(
                "the file of this import is not here (any more); send it again", field="file"
            )
        return path

    def staged(self, id: str) -> Path | None:
        """The works that were read from it, if they were."""
        path = self._of(id) / _STAGED
        return path if path.is_file() else None

    @contextmanager
    def staging(self, id: str) -> Iterator[Path]:
        """A path to write the works to; they count when the block ends well. Raises: Unavailable."""
        try:
            with self._whole(self._of(id) / _STAGED) as fresh:
                yield fresh
        except OSError as error:
            raise Unavailable(f"the catalogue cannot be kept: {error.strerror or error}") from error

    def unstage(self, id: str) -> None:
        """Forgets the works that were read: its columns are to be read otherwise."""
        (self._of(id) / _STAGED).unlink(missing_ok=True)

    def forget(self, id: str) -> None:
        """Removes the files of an import."""
        shutil.rmtree(self._of(id), ignore_errors=True)

    @contextmanager
    def _whole(self, path: Path) -> Iterator[Path]:
        """A fresh path beside this one; what is written there takes its name once it is durable."""
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}.making")
        try:
            yield fresh
            _sync(fresh)
            fresh.replace(path)
            _sync(path.parent)
        finally:
            fresh.unlink(missing_ok=True)

    def _of(self, id: str) -> Path:
        if not is_id(id):
            raise NotFound(f"there is no import {id[:60]!r}", field="id")
        return self.folder / id


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
