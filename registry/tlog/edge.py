"""The right edge of a log's tree: all that is needed to go on with it, however long the log is.

One tile a level (C2SP tlog-tiles), at most 64 kB in all. What is appended gives the full tiles that the log has to
serve, and the root that it has to have signed. So the root of every beginning of a log comes out of its leaves alone,
read once and in order, which is how an older checkpoint is held against them.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from registry.errors import VerificationFailed
from registry.tlog.merkle import HASH_SIZE
from registry.tlog.tile_path import TILE_BYTES, TILE_HEIGHT, TILE_WIDTH
from registry.tlog.tiles import append_leaves, append_run, root_hash

_PART_BYTES: Final = 16 * TILE_BYTES


class Edge:
    """A tree of `size` leaves, as far as it is needed to grow."""

    def __init__(self, size: int = 0, tiles: Mapping[tuple[int, int], bytes] | None = None) -> None:
        self.size = size
        self._tiles = dict(tiles or {})

    def read_tile(self, level: int, index: int) -> bytes:
        """As `tiles.TileReader`. Raises: LookupError."""
        return self._tiles[level, index]

    def copy(self) -> "Edge":
        """Another edge that grows by itself."""
        return Edge(self.size, self._tiles)

    def append(self, leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        """Grows by leaf hashes. Returns the tiles that were filled, by level and index."""
        return self._grow(append_leaves(self.size, leaves, self), len(leaves))

    def append_run(self, leaves: bytes) -> dict[tuple[int, int], bytes]:
        """The same, for leaf hashes that stand one after the other."""
        return self._grow(append_run(self.size, leaves, self), len(leaves) // HASH_SIZE)

    def _grow(
        self, grown: dict[tuple[int, int], bytes], count: int
    ) -> dict[tuple[int, int], bytes]:
        self.size += count
        self._tiles |= grown
        for level, index in list(self._tiles):
            # a tile that is full is done with, and so is everything left of it
            if index < (self.size >> (TILE_HEIGHT * level)) // TILE_WIDTH:
                del self._tiles[level, index]
        return {place: tile for place, tile in grown.items() if len(tile) == TILE_BYTES}

    def root(self) -> bytes:
        """The root over all leaves."""
        return root_hash(self.size, self)

    def last_tile(self, level: int = 0) -> bytes:
        """The hashes of the partial tile at the end of a level."""
        return self._tiles.get((level, (self.size >> (TILE_HEIGHT * level)) // TILE_WIDTH), b"")

    def partial_tiles(self) -> dict[tuple[int, int], bytes]:
        """The tiles at the ends of all levels."""
        return dict(self._tiles)

    def members(self) -> dict[str, Any]:
        """As JSON."""
        tiles = [
            [level, index, b64encode(tile).decode("ascii")]
            for (level, index), tile in sorted(self._tiles.items())
        ]
        return {"size": self.size, "tiles": tiles}

    @staticmethod
    def of_members(members: Any) -> "Edge":
        """Reads `members` back. Raises: VerificationFailed."""
        try:
            tiles = {
                (int(level), int(index)): b64decode(tile, validate=True)
                for level, index, tile in members["tiles"]
            }
            edge = Edge(int(members["size"]), tiles)
            edge.root()
        except (LookupError, TypeError, ValueError) as error:
            raise VerificationFailed(f"that is no edge of a tree: {error}") from error
        return edge


def root_of_leaves(file: BinaryIO, size: int) -> bytes:
    """The root over a file of leaf hashes. Raises: VerificationFailed where it has not exactly `size` of them."""
    return roots_of_leaves(file, size, ())[size]


def roots_of_leaves(file: BinaryIO, size: int, sizes: Sequence[int]) -> dict[int, bytes]:
    """The roots over the first n hashes of a file, for each n of `sizes` up to `size`, and for `size` itself.

    Raises: VerificationFailed where the file has not exactly `size` hashes.
    """
    edge, roots = Edge(), {}
    for stop in sorted({n for n in sizes if 0 <= n <= size} | {size}):
        left = (stop - edge.size) * HASH_SIZE
        while left:
            part = file.read(min(left, _PART_BYTES))
            if not part or len(part) % HASH_SIZE:
                raise VerificationFailed(
                    f"there are fewer leaf hashes than the {size} entries of the checkpoint"
                )
            edge.append_run(part)
            left -= len(part)
        roots[stop] = edge.root()
    if file.read(1):
        raise VerificationFailed(
            f"there are more leaf hashes than the {size} entries of the checkpoint"
        )
    return roots
