"""Many keys at once asked of a filter file's shards, with numpy: the same arithmetic as `fuse`, on arrays.

Only imported where numpy is there. numpy computes modulo 2**64, so no masks are needed; the product of two 64-bit
numbers is put together from halves, because a position is its upper half.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from registry.screening.fuse import Shard

CHUNK: Final = 16_384
"""So many keys at a time keep their intermediate values in the processor's caches."""


class ManyKeys:
    """The shards of one filter as arrays; `shift` says which bits of a key number its shard."""

    def __init__(self, shards: Sequence[Shard], shift: int, data: Any) -> None:
        def column(values: list[int]) -> Any:
            return np.array(values, dtype=np.uint64)

        self._seeds = column([shard.seed for shard in shards])
        self._starts = column([shard.start for shard in shards])
        self._keys = column([shard.keys for shard in shards])
        self._lengths = column([shard.shape.segment_length for shard in shards])
        self._counts = column([shard.shape.segment_count for shard in shards])
        self._shift = shift
        self._fingerprints = np.frombuffer(data, dtype="<u2")

    def contains(self, keys: Any) -> Any:
        """An array of bool for an array of uint64."""
        keys = np.ascontiguousarray(keys, dtype=np.uint64)
        found = np.empty(len(keys), dtype=bool)
        for start in range(0, len(keys), CHUNK):
            found[start : start + CHUNK] = self._chunk(keys[start : start + CHUNK])
        return found

    def _chunk(self, keys: Any) -> Any:
        if not len(self._fingerprints):
            return np.zeros(len(keys), dtype=bool)
        if len(self._seeds) == 1:  # plain numbers are faster than a number for each key
            shard: Any = 0
        else:
            shard = (keys >> np.uint64(self._shift)).astype(np.int64)
        length, count = self._lengths[shard], self._counts[shard]
        with np.errstate(over="ignore"):
            hashed = _scrambled(keys, self._seeds[shard])
            first = _upper_half(hashed, length * count)
        mask = length - np.uint64(1)
        second = (first + length) ^ ((hashed >> np.uint64(18)) & mask)
        third = (first + np.uint64(2) * length) ^ (hashed & mask)
        print_of = (hashed ^ (hashed >> np.uint64(32))).astype(np.uint16)
        start, there = self._starts[shard], self._keys[shard] > 0
        if len(self._seeds) > 1:  # a shard without keys has no cells to look at
            first, second, third = (np.where(there, at, 0) for at in (first, second, third))
            start = np.where(there, start, np.uint64(0))
        cells = self._fingerprints
        found = cells[first + start] ^ cells[second + start] ^ cells[third + start]
        return (found == print_of) & there


def _scrambled(keys: Any, seed: Any) -> Any:
    h = keys + seed
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


def _upper_half(hashed: Any, below: Any) -> Any:
    """The upper 64 bits of a product; `below` is less than 2**32."""
    half = np.uint64(32)
    low = (hashed & np.uint64(0xFFFFFFFF)) * below >> half
    return ((hashed >> half) * below + low) >> half
