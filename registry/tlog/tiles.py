"""A tree kept as tiles: growing it, and reading its root and its proofs.

C2SP tlog-tiles over the trees of RFC 6962 section 2.1. A tile at level 0 holds leaf hashes; at
level L > 0 each hash is the Merkle tree hash of one full tile at level L-1. A tile only ever grows
at its end, so a tile of today begins with the tile of any earlier tree, and a reader may always
answer with the newest.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.bundle import decode_bundle, encode_bundle
from registry.tlog.merkle import EMPTY_ROOT, HASH_SIZE, level_above, node_hash
from registry.tlog.tile_path import (
    ENTRIES,
    MAX_SIZE,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    tile_width,
    tiles_of,
)

__all__ = [
    "ENTRIES",
    "MAX_SIZE",
    "TILE_WIDTH",
    "Tile",
    "TileReader",
    "Tree",
    "append_leaves",
    "append_run",
    "consistency_proof",
    "decode_bundle",
    "encode_bundle",
    "inclusion_proof",
    "root_hash",
    "tile_width",
    "tiles_of",
]


_RUN = 8 * HASH_SIZE
"""Up to this many bytes, hashing anew is as quick as remembering."""
_FEW = 8 * TILE_BYTES
"""More full tiles at once come of reading a whole log: nobody asks for proofs in them, and nothing is remembered."""


class TileReader(Protocol):
    """Where tiles come from: a table, a directory, a web server, a dict in a test."""

    def read_tile(self, level: int, index: int) -> bytes:
        """The hashes of that tile as far as it is filled, 32 bytes each. Missing: LookupError."""
        ...


def append_leaves(
    size: int, leaves: Sequence[bytes], tiles: TileReader
) -> dict[tuple[int, int], bytes]:
    """Grow the tree from `size` by `leaves` (32-byte leaf hashes) and say what is to be stored.

    Returns the new full contents of every tile touched, by (level, index). Reads only the partial
    tiles on the right edge of the tree of `size`; whatever they hold beyond it is left behind by an
    append that never was committed, and is written over.
    Raises InvalidInput for leaves that are not hashes, VerificationFailed for a tile cut short.
    """
    if any(len(leaf) != HASH_SIZE for leaf in leaves):
        raise InvalidInput(f"A leaf is given by its leaf hash of {HASH_SIZE} bytes.")
    return append_run(size, b"".join(leaves), tiles)


def append_run(size: int, leaves: bytes, tiles: TileReader) -> dict[tuple[int, int], bytes]:
    """As `append_leaves`, for leaf hashes that stand one after the other."""
    count, rest = divmod(len(leaves), HASH_SIZE)
    if rest:
        raise InvalidInput(f"A leaf is given by its leaf hash of {HASH_SIZE} bytes.")
    if size < 0 or size + count > MAX_SIZE:
        raise InvalidInput(f"A log holds 0 to {MAX_SIZE} entries.")
    edge = Tree(size, tiles)
    grown: dict[tuple[int, int], bytes] = {}
    level, new = 0, leaves
    while new:
        index, kept = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        content = (edge.tile(level, index) if kept else b"") + new
        for start in range(0, len(content), TILE_BYTES):
            grown[level, index + start // TILE_BYTES] = content[start : start + TILE_BYTES]
        level, new = level + 1, _fold_tiles(content[: len(content) // TILE_BYTES * TILE_BYTES])
    return grown


def root_hash(size: int, tiles: TileReader) -> bytes:
    """The Merkle tree hash of the first `size` entries, RFC 6962 section 2.1.

    Raises LookupError for a missing tile, VerificationFailed for one cut short.
    """
    return Tree(size, tiles).root()


def inclusion_proof(index: int, size: int, tiles: TileReader) -> list[bytes]:
    """The audit path of entry `index` in the tree of `size`, leaf's sibling first (RFC 6962 2.1.1).

    Raises InvalidInput for an index outside the tree, and as `root_hash` does.
    """
    _check_index(index, size)
    return Tree(size, tiles).inclusion_proof(index)


def consistency_proof(old_size: int, size: int, tiles: TileReader) -> list[bytes]:
    """The proof that the tree of `size` continues the tree of `old_size` (RFC 6962 section 2.1.2).

    Empty if nothing was added, or if there was nothing before. Raises InvalidInput for an
    `old_size` outside 0..size, and as `root_hash` does.
    """
    if not 0 <= old_size <= size:
        raise InvalidInput(
            f"A log of {size} has no earlier size {old_size}; name one up to {size}."
        )
    if old_size in (0, size):
        return []
    tree = Tree(size, tiles)
    path: list[bytes] = []
    low, high = 0, size
    # Down to the subtree that ends where the old tree ended: every turn leaves one sibling behind.
    while high != old_size:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(tree.subtree(middle, high))
            high = middle
        else:
            path.append(tree.subtree(low, middle))
            low = middle
    # From the very first leaf on, that subtree is the old root, which the verifier has already.
    if low:
        path.append(tree.subtree(low, high))
    path.reverse()
    return path


class Tree:
    """The tree of one size, read out of tiles that may since have grown; each is read once, and each
    subtree hashed once, so that a root and the proofs under it cost little more than the root."""

    __slots__ = ("_hashed", "_read", "_size", "_tiles")

    def __init__(self, size: int, tiles: TileReader) -> None:
        """Raises InvalidInput for a size that no log has."""
        if not 0 <= size <= MAX_SIZE:
            raise InvalidInput(f"A log holds 0 to {MAX_SIZE} entries, not {size}.")
        self._size = size
        self._tiles = tiles
        self._read: dict[tuple[int, int], bytes] = {}
        self._hashed: dict[tuple[int, int], bytes] = {}

    def root(self) -> bytes:
        """As `root_hash`."""
        return self.subtree(0, self._size) if self._size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        """As the function of this name."""
        _check_index(index, self._size)
        path: list[bytes] = []
        low, high = 0, self._size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self.subtree(middle, high))
                high = middle
            else:
                path.append(self.subtree(low, middle))
                low = middle
        path.reverse()
        return path

    def tile(self, level: int, index: int) -> bytes:
        """The tile as it was at this tree's size."""
        content = self._read.get((level, index))
        if content is None:
            expected = tile_width(level, index, self._size) * HASH_SIZE
            content = bytes(self._tiles.read_tile(level, index)[:expected])
            if len(content) < expected:
                raise VerificationFailed(
                    f"Tile {level}/{index} is cut short: it holds {len(content)} bytes, and a log "
                    f"of {self._size} entries has {expected} there."
                )
            self._read[level, index] = content
        return content

    def subtree(self, low: int, high: int) -> bytes:
        """MTH(D[low:high]) for a range that RFC 6962's splitting arrives at."""
        known = self._hashed.get((low, high))
        if known is not None:
            return known
        width = high - low
        if width & (width - 1):
            middle = low + _split(width)
            found = node_hash(self.subtree(low, middle), self.subtree(middle, high))
        else:
            # A complete subtree is a run of 1 to 128 hashes inside one tile.
            level, height = divmod(width.bit_length() - 1, TILE_HEIGHT)
            index, start = divmod(low >> (TILE_HEIGHT * level), TILE_WIDTH)
            first = start * HASH_SIZE
            found = _fold(self.tile(level, index)[first : first + (HASH_SIZE << height)])
        self._hashed[low, high] = found
        return found


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise InvalidInput(f"Entry {index} is not in a log of {size}; the first has index 0.")


def _split(width: int) -> int:
    """The largest power of two smaller than `width` (> 1): where RFC 6962 parts a tree."""
    return 1 << ((width - 1).bit_length() - 1)


def _fold(hashes: bytes) -> bytes:
    """The root over a power of two of hashes, at most a tile's worth."""
    if len(hashes) > _RUN:
        return _fold_halves(hashes)
    while len(hashes) > HASH_SIZE:
        hashes = level_above(hashes)
    return hashes


def _fold_tiles(tiles: bytes) -> bytes:
    """The root over each of these full tiles."""
    if len(tiles) <= _FEW:
        starts = range(0, len(tiles), TILE_BYTES)
        return b"".join([_fold(tiles[at : at + TILE_BYTES]) for at in starts])
    for _ in range(TILE_HEIGHT):
        tiles = level_above(tiles)
    return tiles


# Consecutive appends and the proofs of one batch fold the same runs again and again. The key is the
# content itself, so a wrong answer is impossible; 1,024 runs of 0.5 to 8 kB stay below 8 MB.
@lru_cache(maxsize=1024)
def _fold_halves(hashes: bytes) -> bytes:
    half = len(hashes) // 2
    return node_hash(_fold(hashes[:half]), _fold(hashes[half:]))
