"""Sets of 64-bit keys as sorted arrays, and their files: whole lists, and deltas between two snapshots.

A filter cannot be listed, nor can anything be taken out of it. Who follows a registry keeps the list and applies
deltas; who holds only a filter keeps it, and remembers beside it what was added (`Grown`). Format: docs/formats.md,
"Key lists" and "Deltas".
"""

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, NoReturn, Protocol

from registry.errors import VerificationFailed
from registry.screening.filter_file import content_of, is_ascending
from registry.screening.fuse import little_endian

LIST_MAGIC: Final = b"CRKEYS64"
DELTA_MAGIC: Final = b"CRDELT64"
VERSION: Final = 1

_LIST: Final = struct.Struct("<8sIIQ")
_DELTA: Final = struct.Struct("<8sIIQQ32s32s")
_BLOCK: Final = 4096


class KeySet(Protocol):
    """What can say of a key whether it is in a set; `content` names the set."""

    content: bytes

    def __contains__(self, key: int, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Delta:
    """What turns one set of keys into the next: `before` and `after` name the two; both arrays are ascending."""

    before: bytes
    after: bytes
    added: "array[int]"
    removed: "array[int]"


def no_keys() -> "array[int]":
    """An empty set."""
    return array("Q")


def sorted_keys(keys: Iterable[int]) -> "array[int]":
    """These keys in ascending order, each once."""
    return array("Q", sorted(set(keys)))


def holds(keys: "array[int]", key: int) -> bool:
    """Is the key in this sorted array?"""
    at = bisect_left(keys, key)
    return at < len(keys) and keys[at] == key


def without(keys: "array[int]", fewer: "array[int]") -> "array[int]":
    """The sorted `keys` but for those of the sorted `fewer`."""
    left, begin = no_keys(), 0
    for key in fewer:
        end = bisect_left(keys, key, begin)
        left.extend(keys[begin:end])
        begin = end + 1 if end < len(keys) and keys[end] == key else end
    left.extend(keys[begin:])
    return left


def merged(keys: "array[int]", more: "array[int]") -> "array[int]":
    """The sorted `keys` and those of the sorted `more`, each once."""
    both, begin = no_keys(), 0
    for key in more:
        end = bisect_left(keys, key, begin)
        both.extend(keys[begin:end])
        if end == len(keys) or keys[end] != key:
            both.append(key)
        begin = end
    both.extend(keys[begin:])
    return both


def difference(before: "array[int]", after: "array[int]") -> tuple["array[int]", "array[int]"]:
    """(added, removed) between two sorted arrays, in time that grows with what is there, and memory with what
    differs."""
    added, removed = no_keys(), no_keys()
    begin_old = begin_new = 0
    while begin_old < len(before) or begin_new < len(after):
        end_new = min(begin_new + _BLOCK, len(after))
        last = end_new == len(after)
        end_old = len(before) if last else bisect_left(before, after[end_new], begin_old)
        old, new = before[begin_old:end_old], after[begin_new:end_new]
        if old != new:
            there, here = set(old), set(new)
            added.extend(sorted(here - there))
            removed.extend(sorted(there - here))
        begin_old, begin_new = end_old, end_new
    return added, removed


# -- files --


def write_list(keys: "array[int]", out: BinaryIO) -> None:
    """Writes a whole set, in ascending order."""
    out.write(_LIST.pack(LIST_MAGIC, VERSION, 0, len(keys)))
    out.write(little_endian(keys))


def read_list(body: bytes) -> "array[int]":
    """Reads `write_list` back. Raises: VerificationFailed for anything else."""
    count = _head(body, _LIST, LIST_MAGIC, "key list")[0]
    return _ascending(memoryview(body)[_LIST.size :], count, "key list")


def encode_delta(delta: Delta) -> bytes:
    """The delta as a file."""
    head = _DELTA.pack(
        DELTA_MAGIC, VERSION, 0, len(delta.added), len(delta.removed), delta.before, delta.after
    )
    return head + little_endian(delta.added) + little_endian(delta.removed)


def decode_delta(body: bytes) -> Delta:
    """Reads `encode_delta` back. Raises: VerificationFailed for anything else."""
    added, removed, before, after = _head(body, _DELTA, DELTA_MAGIC, "delta")
    middle = _DELTA.size + 8 * added
    return Delta(
        before,
        after,
        _ascending(memoryview(body)[_DELTA.size : middle], added, "delta"),
        _ascending(memoryview(body)[middle:], removed, "delta"),
    )


def apply(keys: "array[int]", delta: Delta) -> "array[int]":
    """The next set, from the list of the one before.

    Raises: VerificationFailed where the delta is of another set, or does not lead to the one that it names.
    """
    if content_of(keys) != delta.before:
        raise VerificationFailed("this delta begins at another set of keys than the one at hand")
    after = merged(without(keys, delta.removed), delta.added)
    if content_of(after) != delta.after:
        raise VerificationFailed("this delta does not lead to the set of keys that it names")
    return after


class Grown:
    """A filter and what was added since: says yes to every key of the newer set, and to what was taken out too."""

    def __init__(self, older: KeySet, delta: Delta) -> None:
        """Raises: VerificationFailed where the delta is of another set."""
        if older.content != delta.before:
            raise VerificationFailed("this delta begins at another set of keys than this filter")
        self._older: Any = older
        self._added = delta.added
        if isinstance(older, Grown):  # what came and went since the filter is in neither
            self._older = older._older
            self._added = merged(without(older._added, delta.removed), delta.added)
        self.content = delta.after

    def __contains__(self, key: int) -> bool:
        return holds(self._added, key) or key in self._older

    def contains_many(self, keys: Any) -> Any:
        """The same for a numpy array of uint64: an array of bool. Raises: ImportError without numpy, AttributeError
        where the older set cannot do it."""
        import numpy as np

        keys = np.asarray(keys, np.uint64)
        found = self._older.contains_many(keys)
        if self._added:
            added = np.frombuffer(self._added, np.uint64)
            places = np.minimum(np.searchsorted(added, keys), len(added) - 1)
            found = found | (added[places] == keys)
        return found


def _head(body: bytes, form: struct.Struct, magic: bytes, what: str) -> tuple[Any, ...]:
    if len(body) < form.size:
        _refuse(what, "it is cut off")
    found, version, _, *rest = form.unpack_from(body)
    if found != magic:
        _refuse(what, "it does not begin like one")
    if version != VERSION:
        _refuse(what, f"it is of version {version}, and this program reads version {VERSION}")
    return tuple(rest)


def _ascending(body: memoryview, count: int, what: str) -> "array[int]":
    if len(body) != 8 * count:
        _refuse(what, f"{len(body)} bytes cannot hold {count} keys")
    keys = no_keys()
    keys.frombytes(body)
    if sys.byteorder == "big":
        keys.byteswap()
    if not is_ascending(keys):
        _refuse(what, "its keys are not in ascending order")
    return keys


def _refuse(what: str, why: str) -> NoReturn:
    raise VerificationFailed(f"this {what} cannot be read: {why}")
