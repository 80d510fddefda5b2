"""An export while it is written: a folder beside its place, which survives kill -9 and is gone on with.

What counts are the lengths in `.progress.json`: files are made durable first, then it, and whatever a crash left beyond
is cut off. At the end the folder gets its name, or becomes one zip (stored, not compressed, so that it is the same
everywhere). Format: docs/formats.md, "Export".
"""

import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from registry.errors import Conflict

SCRATCH: Final = ".scratch.sqlite3"
"""What begins with a dot is for the making only."""
_PROGRESS: Final = ".progress.json"
_CHUNK: Final = 1 << 20
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


class Progress(msgspec.Struct, forbid_unknown_fields=True):
    """How far an export is: of which scope and checkpoint, the next event, the length of each file, and the counts.

    `wanted`: the scope and formats, as text that is equal for equal ones; `lists`: numbers of status lists; `keys` and
    `roots`: where in the log keys were added and the like, and where it has roots over acts; `acts`: how many, None
    where none are wanted; `act_roots`: of how many of these roots; `begun`: the length of the whole log then.
    """

    wanted: str
    size: int
    next: int = 0
    lengths: dict[str, int] = {}
    events: int = 0
    withheld: int = 0
    rows: int = 0
    lists: list[int] = []
    keys: list[int] = []
    roots: list[int] = []
    acts: int | None = None
    act_roots: int = 0
    begun: int = 0


class Growing:
    """A file that is appended to, and hashed meanwhile, so that it need not be read again for its digest."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._is_shown = not path.name.startswith(".")
        self._begin(self._file.tell())

    def _begin(self, length: int) -> None:
        self.length = length
        self._hash, self._hashed = hashlib.sha256(), 0

    def write(self, content: bytes) -> None:
        self._file.write(content)
        if self._is_shown and self._hashed == self.length:
            self._hash.update(content)
            self._hashed += len(content)
        self.length += len(content)

    def digest(self) -> str | None:
        """Its SHA-256 (hex); None where its beginning is of an earlier run."""
        return self._hash.hexdigest() if self._hashed == self.length else None

    def truncate(self, length: int) -> None:
        self._file.truncate(length)
        self._begin(length)

    def make_durable(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class ExportDraft:
    """The folder of one unfinished export."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.folder = target.with_name(f"{target.name}.unfinished")
        self._open: dict[str, Growing] = {}

    @property
    def is_zip(self) -> bool:
        return self.target.suffix.lower() == ".zip"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Alone at it, and its files closed at the end.

        Raises: Conflict where it is done already, or another process is at it.
        """
        if self.target.exists() or self.target.is_symlink():
            raise Conflict(f"{self.target} exists already; name another place", field="--out")
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Conflict(
                f"another process is writing this export in {self.folder}; wait for it"
            ) from None
        finally:
            self._close()
            os.close(lock)

    def progress(self) -> Progress | None:
        """How far an earlier run came; None where there was none, or it came to nothing."""
        try:
            return msgspec.json.decode((self.folder / _PROGRESS).read_bytes(), type=Progress)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def begin_anew(self) -> None:
        """Takes away whatever lies here."""
        self._close()
        for each in self.folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()

    def file(self, name: str) -> Growing:
        """A file to append to."""
        if name not in self._open:
            self._open[name] = Growing(self.folder / name)
        return self._open[name]

    def go_on(self, progress: Progress) -> None:
        """Cuts every file to the length that counts. Raises: Conflict where one is shorter, or gone."""
        for name, length in progress.lengths.items():
            file = self.file(name)
            if file.length < length:
                raise Conflict(
                    f"{self.folder / name} is shorter than it was; take {self.folder} away and begin anew"
                )
            file.truncate(length)

    def mark(self, progress: Progress) -> None:
        """Everything written so far counts, and is durable."""
        for name, file in self._open.items():
            file.make_durable()
            progress.lengths[name] = file.length
        fresh = self.folder / f"{_PROGRESS}.new"
        with fresh.open("wb") as out:
            out.write(msgspec.json.encode(progress))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.folder / _PROGRESS)

    def put(self, name: str, content: bytes) -> None:
        """Writes a small file whole."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def files(self) -> list[str]:
        """What is in the export so far, by name: all but what only the making needs."""
        found = (
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        )
        return sorted(name for name in found if not name.startswith("."))

    def digest(self, name: str) -> tuple[int, str]:
        """The length and the SHA-256 (hex) of a file."""
        growing = self._open.get(name)
        known = None if growing is None else growing.digest()
        if growing is not None and known is not None:
            return growing.length, known
        digest, length = hashlib.sha256(), 0
        with (self.folder / name).open("rb") as file:
            while part := file.read(_CHUNK):
                digest.update(part)
                length += len(part)
        return length, digest.hexdigest()

    def finish(self, name: str) -> None:
        """Gives it its place: as a folder, or as a zip with one folder called `name` in it."""
        self._close()
        files = self.files()
        if not self.is_zip:
            for each in files:
                _sync(self.folder / each)
            for left in self.folder.glob(".*"):
                left.unlink()
            self.folder.rename(self.target)
            _sync(self.target.parent)
            return
        fresh = self.target.with_name(f"{self.target.name}.new")
        self._zip(fresh, name, files)
        _sync(fresh)
        fresh.rename(self.target)
        _sync(self.target.parent)
        shutil.rmtree(self.folder)

    def _zip(self, path: Path, name: str, files: Sequence[str]) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for each in files:
                entry = zipfile.ZipInfo(f"{name}/{each}", _ZIP_TIME)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                source = self.folder / each
                with (
                    source.open("rb") as file,
                    archive.open(
                        entry, "w", force_zip64=source.stat().st_size > zipfile.ZIP64_LIMIT // 2
                    ) as out,
                ):
                    shutil.copyfileobj(file, out, _CHUNK)

    def _close(self) -> None:
        for file in self._open.values():
            file.close()
        self._open = {}


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
