"""An operator's list of passwords that were breached: their SHA-1 digests in hexadecimal, sorted, one a line, as Pwned
Passwords gives them out (`DIGEST:COUNT`). SHA-1 is that list's key; nothing is kept under it here.

The list is never read whole: a look reads a line for each halving of the file, some forty of fifty gigabytes. It is
opened for each look, so that a newer list can take its place while the registry runs.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from registry.domain.password_rules import LEAST, normal
from registry.errors import ConfigurationError, Unavailable

_DIGEST: Final = 40
_LONGEST_LINE: Final = 128
_SAMPLES: Final = 64
_HEX: Final = frozenset(b"0123456789ABCDEF")


@dataclass(frozen=True, slots=True)
class BreachedList:
    """The list in this file."""

    path: Path

    def holds(self, password: str) -> bool:
        """Is this password on the list? Raises: Unavailable where the list cannot be read: that is no "no"."""
        wanted = digest_of(password)
        try:
            file = os.open(self.path, os.O_RDONLY)
            try:
                return _is_in(file, wanted)
            finally:
                os.close(file)
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"the list of breached passwords cannot be read ({_why(error)}); REGISTRY_BREACHED_PASSWORDS names it",
                field="password",
            ) from error

    def check(self) -> None:
        """Looks at some lines of the file, and whether they are in order. Raises: ConfigurationError."""
        try:
            file = os.open(self.path, os.O_RDONLY)
            try:
                _look_over(file)
            finally:
                os.close(file)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"REGISTRY_BREACHED_PASSWORDS names {self.path}, which is no sorted list of SHA-1 digests, one a line "
                f"({_why(error)}); registry accounts breached-list makes one",
                field="REGISTRY_BREACHED_PASSWORDS",
            ) from error


def digest_of(password: str) -> bytes:
    """The digest under which a password stands in such a list."""
    return (
        hashlib.sha1(normal(password).encode(), usedforsecurity=False).hexdigest().upper().encode()
    )


def write_list(passwords: Iterable[str], path: Path) -> int:
    """Writes the list of these passwords (those that are long enough to be chosen here), durably and in one step.
    Returns how many stand in it."""
    digests = sorted({digest_of(each) for each in passwords if len(normal(each)) >= LEAST})
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.writelines(each + b"\n" for each in digests)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return len(digests)


def _is_in(file: int, wanted: bytes) -> bool:
    low, high = 0, os.fstat(file).st_size
    if not high:
        raise ValueError("it is empty")
    while low < high:  # the digest is in a line that begins in [low, high), if it is there
        middle = (low + high) // 2
        found = _line_from(file, middle)
        if found is None or found[0] >= high:
            high = middle
            continue
        _, digest, following = found
        if digest == wanted:
            return True
        if digest < wanted:
            low = following
        else:
            high = middle
    return False


def _line_from(file: int, at: int) -> tuple[int, bytes, int] | None:
    """(where it begins, its digest, where the next begins): the first line that begins at `at` or after it. Raises:
    ValueError where it begins with no digest."""
    begin = at
    if at:
        before = os.pread(file, _LONGEST_LINE, at - 1)
        end = before.find(b"\n")
        if end < 0:
            if len(before) == _LONGEST_LINE:
                raise ValueError(f"a line of more than {_LONGEST_LINE} bytes at byte {at}")
            return None
        begin = at + end
    here = os.pread(file, _LONGEST_LINE, begin)
    if (
        not here.strip() and len(here) < _LONGEST_LINE
    ):  # the end; nothing is looked for behind an empty line elsewhere
        return None
    line, end_of_line, _ = here.partition(b"\n")
    digest, after = line[:_DIGEST].upper(), line[_DIGEST : _DIGEST + 1]
    if len(digest) < _DIGEST or not _HEX.issuperset(digest) or after.strip() not in (b"", b":"):
        raise ValueError(f"no digest at byte {begin}")
    return begin, digest, begin + len(line) + len(end_of_line)


def _look_over(file: int) -> None:
    size = os.fstat(file).st_size
    found = [_line_from(file, size * part // _SAMPLES) for part in range(_SAMPLES)]
    digests = [each[1] for each in found if each is not None]
    if not digests:
        raise ValueError("it is empty")
    if digests != sorted(digests):
        raise ValueError("it is not sorted")


def _why(error: OSError | ValueError) -> str:
    return error.strerror or "" if isinstance(error, OSError) else str(error)
