"""An append-only journal of what a gate asked, was told and did: JSON Lines, each line bound to the one before it.

docs/formats.md, "Journal of a gate". Guarantees: a line that `append` returned for is durable; one writer writes at a
time, whatever process or thread it is in; nothing that was written is ever removed, also not a line that a crash left
torn: the next writer ends it and says so. `replay` checks all of it.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry.errors import Unavailable, VerificationFailed
from registry.instants import Clock, rfc3339, system_clock

FORMAT: Final = "consent-registry-journal/1"
GENESIS: Final = "0" * 64
_BEGINNING: Final = re.compile(rb'\{"seq":([0-9]{1,15}),')
_BLOCK: Final = 1 << 16
_MOST_TORN: Final = 16


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a journal: the number of its last entry, the digest (hex) of its last line, how many lines after that
    entry are none because a crash left them torn, and whether the last line lacks its end."""

    seq: int
    digest: str
    torn: int = 0
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal in one file."""

    path: Path
    clock: Clock = system_clock

    def append(self, event: str, members: Mapping[str, Any]) -> int:
        """Adds a line, and returns its number when it is durable.

        Raises: Unavailable where it cannot be written, VerificationFailed where the file does not end as a journal.
        """
        try:
            with self._locked() as file:
                tail = _tail(file)
                before = b"\n" if tail is not None and tail.endless else b""
                if tail is None:
                    tail, first = self._line(None, "opened", {"format": FORMAT})
                    before += first
                elif tail.torn:
                    # What is torn stays as it is; the line that follows is bound to it and says so.
                    tail, recovered = self._line(tail, "recovered", {"lines": tail.torn})
                    before += recovered
                tail, line = self._line(tail, event, members)
                _write(file, before + line)
                return tail.seq
        except OSError as error:
            raise Unavailable(
                f"the journal {self.path} cannot be written ({error.strerror}); without it nothing may go on",
                field="journal",
            ) from error

    def _line(
        self, after: Tail | None, event: str, members: Mapping[str, Any]
    ) -> tuple[Tail, bytes]:
        seq = 0 if after is None else after.seq + 1
        previous = GENESIS if after is None else after.digest
        entry = {
            "seq": seq,
            "at": rfc3339(self.clock()),
            "previous": previous,
            "event": event,
            **members,
        }
        text = json.dumps(entry, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode()
        return Tail(seq, hashlib.sha256(text).hexdigest()), text + b"\n"

    @contextmanager
    def _locked(self) -> Iterator[int]:
        new = not self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # Held by this open file, not by the process: threads keep each other out too.
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            if new:
                _make_name_durable(self.path.parent)
        finally:
            os.close(file)


def _tail(file: int) -> Tail | None:
    """The end of the journal; None for an empty one. Raises: VerificationFailed where no entry is near it."""
    end = os.fstat(file).st_size
    if end == 0:
        return None
    endless = os.pread(file, 1, end - 1) != b"\n"
    stop = end if endless else end - 1
    digest = ""
    for torn in range(_MOST_TORN + 1):
        begin = _after_last_newline(file, stop)
        line = _read(file, begin, stop)
        digest = digest or hashlib.sha256(line).hexdigest()
        seq = _number_of(line)
        if seq is not None:
            return Tail(seq, digest, torn, endless)
        if begin == 0:
            return Tail(-1, digest, torn + 1, endless)
        stop = begin - 1
    raise VerificationFailed(
        f"the last {_MOST_TORN} lines of the journal are no entries; it was changed, and nothing is added to it",
        field="journal",
    )


def _number_of(line: bytes) -> int | None:
    """The number of an entry; None for what is none."""
    seq = _BEGINNING.match(line)
    try:
        json.loads(line)
    except ValueError:
        return None
    return None if seq is None else int(seq[1])


def _after_last_newline(file: int, end: int) -> int:
    """Where the text begins that ends at `end` and has no newline in it."""
    while end > 0:
        begin = max(0, end - _BLOCK)
        found = os.pread(file, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _read(file: int, begin: int, end: int) -> bytes:
    parts = []
    while begin < end:
        part = os.pread(file, end - begin, begin)
        if not part:
            break
        parts.append(part)
        begin += len(part)
    return b"".join(parts)


def _write(file: int, line: bytes) -> None:
    view = memoryview(line)
    while view:
        view = view[os.write(file, view) :]
    os.fsync(file)


def _make_name_durable(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
