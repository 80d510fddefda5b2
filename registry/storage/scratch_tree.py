"""A tree that gives proofs of any of its leaves and keeps little of them in memory: the lowest hashes are in a scratch
file; what is above them is a 255th of that.

RFC 6962, section 2.1; tiles as in C2SP tlog-tiles.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import IO

from registry.tlog.edge import Edge
from registry.tlog.merkle import HASH_SIZE, level_above
from registry.tlog.tile_path import TILE_BYTES, TILE_HEIGHT, TILE_WIDTH
from registry.tlog.tiles import Tree


class ScratchTree:
    """One tree that grows. `lowest`: an empty file for it alone."""

    def __init__(self, lowest: IO[bytes]) -> None:
        self.edge = Edge()
        self._lowest = lowest
        self._above: dict[tuple[int, int], bytes] = {}

    def append(self, leaves: Sequence[bytes]) -> None:
        """Grows by leaf hashes."""
        for (level, index), tile in self.edge.append(leaves).items():
            if level:
                self._above[level, index] = tile
            else:
                self._lowest.seek(index * TILE_BYTES)
                self._lowest.write(tile)

    def proofs(self, places: Iterable[int]) -> Iterator[list[bytes]]:
        """The audit path of each of these leaves, whose places rise; the leaf's sibling first."""
        for index, within in groupby(places, lambda place: place // TILE_WIDTH):
            tree = Tree(self.edge.size, self)  # a new one, or it would come to remember every tile
            if (index + 1) * TILE_WIDTH > self.edge.size:
                yield from map(tree.inclusion_proof, within)
                continue
            levels = _levels(self.read_tile(0, index))
            above = tree.inclusion_proof(index * TILE_WIDTH)[TILE_HEIGHT:]
            for place in within:
                yield [level[(place % TILE_WIDTH >> up) ^ 1] for up, level in levels] + above

    def read_tile(self, level: int, index: int) -> bytes:
        """As `tiles.TileReader`. Raises: LookupError."""
        try:
            return self.edge.read_tile(level, index)
        except LookupError:
            if level:
                return self._above[level, index]
        self._lowest.seek(index * TILE_BYTES)
        return self._lowest.read(TILE_BYTES)


def _levels(tile: bytes) -> list[tuple[int, list[bytes]]]:
    """The hashes of each level within a full tile, from below, without its root."""
    levels = []
    for up in range(TILE_HEIGHT):
        levels.append((up, [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]))
        tile = level_above(tile)
    return levels
