"""What a witness has cosigned: of each log the newest checkpoint, in one file that is always whole and durable.

Guarantee: when `keep` has returned, a later `open` gives that checkpoint, also after a loss of power. A book that is
missing or broken is never taken for an empty one: a witness that forgot would vouch for a fork. One process has it.
"""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from registry.errors import ConfigurationError, Conflict, InvalidInput, Unavailable
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import EMPTY_ROOT

FORMAT = "consent-registry-witness/1"


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint of a log that was cosigned: its size, its root (32 bytes), and when (in seconds)."""

    size: int
    root: bytes
    at: int


NOTHING = Seen(0, EMPTY_ROOT, 0)
"""Of a log that was never cosigned."""


class Book:
    """The file, and what it says. Use it in a `with`."""

    def __init__(self, path: Path, seen: dict[str, Seen], lock: int) -> None:
        self.path = path
        self._seen = seen
        self._lock = lock

    @classmethod
    def begin(cls, path: Path) -> None:
        """Makes an empty book. Raises: Conflict where there is one, OSError."""
        if path.exists():
            raise Conflict(f"there is a witness's book at {path}; it is never begun anew")
        _write(path, {})

    @classmethod
    def open(cls, path: Path) -> Self:
        """The book at this path, for this process alone.

        Raises: ConfigurationError where it is missing or broken, Conflict where another process has it.
        """
        if not path.exists():
            raise ConfigurationError(
                f"there is no witness's book at {path}; bring it back from a copy, or begin another witness, with "
                "another name and key (registry witness new)"
            )
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return cls(path, read_book(path), lock)
        except BlockingIOError:
            os.close(lock)
            raise Conflict(f"another process has the witness's book at {path}") from None
        except BaseException:
            os.close(lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._lock)

    def seen(self, origin: str) -> Seen:
        """What was cosigned last of this log."""
        return self._seen.get(origin, NOTHING)

    def keep(self, origin: str, seen: Seen) -> None:
        """Writes down that this is cosigned, before it is. Raises: Unavailable; then nothing may be cosigned."""
        changed = {**self._seen, origin: seen}
        try:
            _write(self.path, changed)
        except OSError as error:
            raise Unavailable(f"the witness's book cannot be kept: {error.strerror}") from error
        self._seen = changed


def read_book(path: Path) -> dict[str, Seen]:
    """Log → what was cosigned last. Raises: ConfigurationError where it is missing or broken."""
    try:
        members: dict[str, Any] = json.loads(path.read_bytes())
        if members["format"] != FORMAT:
            raise ValueError(f"its format is {members['format']!r}")
        found = {}
        for origin, each in members["logs"].items():
            checked = Checkpoint(origin, each["size"], b64decode(each["root"], validate=True))
            found[origin] = Seen(checked.size, checked.root, int(each["at"]))
        return found
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidInput) as error:
        raise ConfigurationError(
            f"the witness's book at {path} cannot be read ({error}); bring it back from a copy"
        ) from error


def _write(path: Path, seen: dict[str, Seen]) -> None:
    logs = {
        origin: {"size": each.size, "root": b64encode(each.root).decode("ascii"), "at": each.at}
        for origin, each in sorted(seen.items())
    }
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(json.dumps({"format": FORMAT, "logs": logs}, indent=1).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
