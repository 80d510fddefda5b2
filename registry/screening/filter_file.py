"""A filter as a file: a header, a table of shards, and the fingerprints of each shard, a binary fuse filter.

The keys are divided by their highest bits into shards of one to two million, so that a set of any size is built in
constant memory. Format: docs/formats.md, "Filter files". A reader needs the bytes and nothing else; numpy, where it is
there, answers many keys at once.
"""

import hashlib
import struct
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from operator import lt
from typing import Any, BinaryIO, Final, NoReturn

from registry.errors import VerificationFailed
from registry.screening.fuse import (
    MOST_SEGMENT_LENGTH,
    Shape,
    Shard,
    build,
    fingerprint,
    little_endian,
    positions,
    scramble,
)

MAGIC: Final = b"CRFUSE16"
VERSION: Final = 1
MOST_SHARD_BITS: Final = 16
SHARD_KEYS: Final = 1 << 21
"""More keys than this on average, and there are twice as many shards."""

_HEADER: Final = struct.Struct("<8sIIQ32s")
_SHARD: Final = struct.Struct("<QQQII")

Progress = Callable[[int, int], None]


def content_of(keys: "array[int]") -> bytes:
    """What names a set of keys, whatever the filter: SHA-256 over them in ascending order, eight bytes each, the
    lowest first."""
    return hashlib.sha256(little_endian(keys)).digest()


def is_ascending(keys: "array[int]") -> bool:
    """Is each key greater than the one before it?"""
    with memoryview(keys) as each:
        return all(map(lt, each, each[1:]))


def write_filter(
    keys: "array[int]",
    out: BinaryIO,
    progress: Progress = lambda _done, _total: None,
    *,
    shard_keys: int = SHARD_KEYS,
) -> None:
    """Writes the filter of these keys, which are distinct and in ascending order, to a file that can seek.

    Raises: ValueError for keys that are not distinct and ascending.
    """
    if not is_ascending(keys):
        raise ValueError("the keys of a filter are distinct and in ascending order")
    bits = max(0, -(-len(keys) // shard_keys) - 1).bit_length()
    out.write(bytes(_HEADER.size + (_SHARD.size << bits)))
    table, start = [], 0
    for begin, end in _ranges(keys, bits):
        made = build(keys[begin:end])
        out.write(little_endian(made.fingerprints))
        shape = made.shape if end > begin else Shape(0, 0)
        table.append(
            _SHARD.pack(made.seed, start, end - begin, shape.segment_length, shape.segment_count)
        )
        start += len(made.fingerprints)
        progress(end, len(keys))
    out.seek(0)
    out.write(_HEADER.pack(MAGIC, VERSION, bits, len(keys), content_of(keys)))
    out.write(b"".join(table))
    out.seek(0, 2)


def _ranges(keys: "array[int]", bits: int) -> Iterator[tuple[int, int]]:
    """Where the keys of each shard begin and end."""
    begin = 0
    for number in range(1 << bits):
        end = bisect_left(keys, (number + 1) << (64 - bits), begin)
        yield begin, end
        begin = end


class Filter:
    """A filter that is read from its bytes (or a mapped file), which are checked for consistency first.

    `content` names the set that it was made of, `keys` says how many.
    """

    def __init__(self, body: Any) -> None:
        """`body`: anything with a buffer. Raises: VerificationFailed where it is no filter, of another version, cut
        off, or contradicts itself."""
        view = memoryview(body).cast("B")
        if len(view) < _HEADER.size:
            _refuse("it is cut off in its header")
        magic, version, bits, self.keys, content = _HEADER.unpack_from(view)
        if magic != MAGIC:
            _refuse("it does not begin like one")
        if version != VERSION:
            _refuse(f"it is of version {version}, and this program reads version {VERSION}")
        if bits > MOST_SHARD_BITS:
            _refuse("it has too many shards")
        self.content = bytes(content)
        self.shards = _read_table(view, bits)
        data = _HEADER.size + (_SHARD.size << bits)
        cells = sum(shard.shape.cells for shard in self.shards if shard.keys)
        if len(view) != data + 2 * cells:
            _refuse(f"it has {len(view)} bytes where it should have {data + 2 * cells}")
        if sum(shard.keys for shard in self.shards) != self.keys:
            _refuse("its shards hold another number of keys than it says")
        self._shift = 64 - bits
        self._data = view[data:]
        self._many: Any = None

    def __contains__(self, key: int) -> bool:
        shard = self.shards[key >> self._shift]
        if not shard.keys:
            return False
        hashed = scramble(key, shard.seed)
        found = 0
        for cell in positions(hashed, shard.shape):
            at = 2 * (shard.start + cell)
            found ^= self._data[at] | self._data[at + 1] << 8
        return found == fingerprint(hashed)

    def contains_many(self, keys: Any) -> Any:
        """The same for a numpy array of uint64: an array of bool. Raises: ImportError without numpy."""
        if self._many is None:
            from registry.screening.fuse_numpy import ManyKeys

            self._many = ManyKeys(self.shards, self._shift, self._data)
        return self._many.contains(keys)

    def close(self) -> None:
        """Lets go of the bytes, so that a mapped file can be closed."""
        self._many = None
        with suppress(BufferError):
            self._data.release()


def _read_table(view: memoryview, bits: int) -> list[Shard]:
    """Raises: VerificationFailed."""
    if len(view) < _HEADER.size + (_SHARD.size << bits):
        _refuse("it is cut off in its table")
    shards, start = [], 0
    for number in range(1 << bits):
        row = _SHARD.unpack_from(view, _HEADER.size + _SHARD.size * number)
        seed, begin, keys, length, count = row
        shard = Shard(seed, begin, keys, Shape(length, count))
        if begin != start or (keys and not _is_sound(shard)):
            _refuse(f"its shard {number} contradicts itself")
        start += shard.shape.cells if keys else 0
        shards.append(shard)
    return shards


def _is_sound(shard: Shard) -> bool:
    """Has it a shape in which so many keys can lie?"""
    length, count = shard.shape.segment_length, shard.shape.segment_count
    return (
        0 < length <= MOST_SEGMENT_LENGTH
        and length & (length - 1) == 0
        and 0 < count < 1 << 32
        and shard.keys <= shard.shape.cells
    )


def _refuse(why: str) -> NoReturn:
    raise VerificationFailed(f"this filter cannot be read, so it says nothing: {why}")
