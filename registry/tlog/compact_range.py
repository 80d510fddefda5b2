"""The root of a tree from its leaves alone, read once and in order, with one hash in memory for each level.

RFC 6962 section 2.1: the complete subtrees at the right edge, of falling size, are kept; the root is folded from them.
So the root of every beginning of the log is there on the way, which is how an older checkpoint is held against it.
"""

from collections.abc import Sequence
from typing import BinaryIO, Final

from registry.errors import VerificationFailed
from registry.tlog.merkle import EMPTY_ROOT, HASH_SIZE, level_above, node_hash

_RUN: Final = 256


class CompactRange:
    """The subtrees of the first `size` leaves."""

    __slots__ = ("_edge", "size")

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """The next leaf hash (32 bytes)."""
        self._add(leaf, 0)

    def extend(self, leaves: bytes) -> None:
        """The next leaf hashes, one after the other; complete runs of 256 are folded at once."""
        at = 0
        while at < len(leaves):
            run = leaves[at : at + _RUN * HASH_SIZE]
            if self.size % _RUN == 0 and len(run) == _RUN * HASH_SIZE:
                while len(run) > HASH_SIZE:
                    run = level_above(run)
                self._add(run, 8)
                at += _RUN * HASH_SIZE
            else:
                self._add(leaves[at : at + HASH_SIZE], 0)
                at += HASH_SIZE

    def _add(self, node: bytes, height: int) -> None:
        """A complete subtree of 2^height leaves, for which there is a place of its size."""
        carries = self.size >> height
        self.size += 1 << height
        while carries & 1:
            node = node_hash(self._edge.pop(), node)
            carries >>= 1
        self._edge.append(node)

    def root(self) -> bytes:
        """The Merkle tree hash of the leaves so far."""
        if not self._edge:
            return EMPTY_ROOT
        node = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            node = node_hash(left, node)
        return node


def root_of_leaves(file: BinaryIO, size: int) -> bytes:
    """The root over a file of leaf hashes. Raises: VerificationFailed where it has not exactly `size` of them."""
    return roots_of_leaves(file, size, ())[size]


def roots_of_leaves(file: BinaryIO, size: int, sizes: Sequence[int]) -> dict[int, bytes]:
    """The roots over the first n hashes of a file, for each n of `sizes` up to `size`, and for `size` itself.

    Raises: VerificationFailed where the file has not exactly `size` hashes.
    """
    edge, roots = CompactRange(), {}
    for stop in sorted({n for n in sizes if 0 <= n <= size} | {size}):
        left = (stop - edge.size) * HASH_SIZE
        while left:
            part = file.read(min(left, 4096 * HASH_SIZE))
            if not part or len(part) % HASH_SIZE:
                raise VerificationFailed(
                    f"there are fewer leaf hashes than the {size} entries of the checkpoint"
                )
            edge.extend(part)
            left -= len(part)
        roots[stop] = edge.root()
    if file.read(1):
        raise VerificationFailed(
            f"there are more leaf hashes than the {size} entries of the checkpoint"
        )
    return roots
