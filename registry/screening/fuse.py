"""A binary fuse filter of 16 bits: a set of 64-bit keys in a little more than 18 bits each.

It always says yes to a key of the set, and to another one with a chance of 1 in 65,536. Source: Graf and Lemire,
"Binary Fuse Filters: Fast and Smaller Than Xor Filters" (arXiv 2201.01174); positions and fingerprints are those of the
authors' C library, so that others can read what is built here. `fuse_numpy` builds the same bytes faster.
"""

import math
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MASK_64: Final = (1 << 64) - 1
MOST_SEGMENT_LENGTH: Final = 1 << 18
TRIES: Final = 100
_ARITY: Final = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """How the cells lie: `segment_length` (a power of two) times `segment_count` + 2."""

    segment_length: int
    segment_count: int

    @property
    def cells(self) -> int:
        return (self.segment_count + _ARITY - 1) * self.segment_length


@dataclass(frozen=True, slots=True)
class Shard:
    """Where one of several filters lies in a file: `start` counts fingerprints from the first; `keys` how many keys it
    holds."""

    seed: int
    start: int
    keys: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Fuse:
    """A filter: the seed with which it could be built, its shape, and one 16-bit fingerprint a cell."""

    seed: int
    shape: Shape
    fingerprints: "array[int]"


def shape_for(count: int) -> Shape:
    """The shape for so many keys (section 4 of the paper; the constants are those of the C library)."""
    if count == 0:
        return Shape(4, 0)
    length = 1 << math.floor(math.log(count) / math.log(3.33) + 2.25)
    length = min(length, MOST_SEGMENT_LENGTH)
    capacity = 0
    if count > 1:
        capacity = round(count * max(1.125, 0.875 + 0.25 * math.log(1_000_000) / math.log(count)))
    return Shape(length, max(1, -(-capacity // length) - (_ARITY - 1)))


def seed_of(attempt: int) -> int:
    """The seed of the nth attempt to build: the same for everybody, so that equal sets give equal filters."""
    return scramble(attempt, 0x9E3779B97F4A7C15)


def scramble(key: int, seed: int) -> int:
    """64 bits from a key and a seed: the finaliser of MurmurHash3 over their sum."""
    h = (key + seed) & MASK_64
    h = ((h ^ h >> 33) * 0xFF51AFD7ED558CCD) & MASK_64
    h = ((h ^ h >> 33) * 0xC4CEB9FE1A85EC53) & MASK_64
    return h ^ h >> 33


def positions(hashed: int, shape: Shape) -> tuple[int, int, int]:
    """The three cells of a key, from its scrambled 64 bits."""
    mask = shape.segment_length - 1
    first = hashed * (shape.segment_count * shape.segment_length) >> 64
    second = (first + shape.segment_length) ^ (hashed >> 18 & mask)
    third = (first + 2 * shape.segment_length) ^ (hashed & mask)
    return first, second, third


def fingerprint(hashed: int) -> int:
    """What the three cells of a key give when they are XORed: 16 bits."""
    return (hashed ^ hashed >> 32) & 0xFFFF


def build(keys: Sequence[int]) -> Fuse:
    """A filter of these distinct keys.

    Raises: ValueError where no seed fits, which happens if a key stands twice.
    """
    shape = shape_for(len(keys))
    if not keys:
        return Fuse(0, shape, array("H"))
    for attempt in range(TRIES):
        seed = seed_of(attempt)
        hashes = array("Q", (scramble(key, seed) for key in keys))
        order = _peel(hashes, shape)
        if order is not None:
            return Fuse(seed, shape, _assign(hashes, shape, *order))
    raise ValueError("no filter can be built of these keys: one of them stands twice")


def _peel(hashes: "array[int]", shape: Shape) -> tuple["array[int]", "array[int]"] | None:
    """The order in which keys can be taken away, each from a cell that nobody else uses: (which key, its cell).

    In rounds: in each, the cells of one key alone, lowest first. None where some keys hold each other.
    """
    counts = array("I", bytes(4 * shape.cells))
    whose = array("I", bytes(4 * shape.cells))  # XOR of the numbers of the keys in a cell
    for number, hashed in enumerate(hashes):
        for cell in positions(hashed, shape):
            counts[cell] += 1
            whose[cell] ^= number
    taken, cells = array("I"), array("I")
    alone = [cell for cell, count in enumerate(counts) if count == 1]
    gone = bytearray(len(hashes))
    while alone:
        begun = len(taken)
        for cell in alone:
            number = whose[cell]
            if not gone[number]:
                gone[number] = 1
                taken.append(number)
                cells.append(cell)
        fallen: list[int] = []  # to one key; which happens to a cell at most once
        for number in taken[begun:]:
            for cell in positions(hashes[number], shape):
                counts[cell] -= 1
                whose[cell] ^= number
                if counts[cell] == 1:
                    fallen.append(cell)
        alone = sorted(cell for cell in fallen if counts[cell] == 1)
    return (taken, cells) if len(taken) == len(hashes) else None


def _assign(
    hashes: "array[int]", shape: Shape, taken: "array[int]", cells: "array[int]"
) -> "array[int]":
    """Fills the cells backwards: what is assigned later touches no key that was assigned before."""
    filled = array("H", bytes(2 * shape.cells))
    for number, cell in zip(reversed(taken), reversed(cells), strict=True):
        hashed = hashes[number]
        first, second, third = positions(hashed, shape)
        # the cell itself is still zero
        filled[cell] = fingerprint(hashed) ^ filled[first] ^ filled[second] ^ filled[third]
    return filled


def little_endian(numbers: "array[int]") -> bytes:
    """The bytes of an array, the lowest byte of each number first."""
    if sys.byteorder == "little":
        return numbers.tobytes()
    turned = array(numbers.typecode, numbers)
    turned.byteswap()
    return turned.tobytes()
