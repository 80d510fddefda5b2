"""RFC 6962 section 2.1 word for word, slow and over a plain list: the measure for the tiles."""

from collections.abc import Sequence
from hashlib import sha256


def split(width: int) -> int:
    k = 1
    while k * 2 < width:
        k *= 2
    return k


class NaiveTree:
    """The tree over a list of leaf hashes, with MTH, PATH and PROOF as the RFC defines them."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = list(leaves)
        self._known: dict[tuple[int, int], bytes] = {}

    def mth(self, low: int, high: int) -> bytes:
        if high == low:
            return sha256(b"").digest()
        if high - low == 1:
            return self.leaves[low]
        if (low, high) not in self._known:
            k = low + split(high - low)
            self._known[low, high] = sha256(b"\x01" + self.mth(low, k) + self.mth(k, high)).digest()
        return self._known[low, high]

    def root(self, size: int) -> bytes:
        return self.mth(0, size)

    def path(self, m: int, low: int, high: int) -> list[bytes]:
        if high - low <= 1:
            return []
        k = split(high - low)
        if m < k:
            return [*self.path(m, low, low + k), self.mth(low + k, high)]
        return [*self.path(m - k, low + k, high), self.mth(low, low + k)]

    def proof(self, m: int, n: int) -> list[bytes]:
        return self._subproof(m, 0, n, True) if 0 < m < n else []

    def _subproof(self, m: int, low: int, high: int, whole: bool) -> list[bytes]:
        width = high - low
        if m == width:
            return [] if whole else [self.mth(low, high)]
        k = split(width)
        if m <= k:
            return [*self._subproof(m, low, low + k, whole), self.mth(low + k, high)]
        return [*self._subproof(m - k, low + k, high, False), self.mth(low, low + k)]


class TilesInMemory:
    """A store of tiles that grows as a log does, and counts what is read."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.reads: list[tuple[int, int]] = []

    def read_tile(self, level: int, index: int) -> bytes:
        self.reads.append((level, index))
        return self.tiles[level, index]
