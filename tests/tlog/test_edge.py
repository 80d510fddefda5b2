"""The edge of a tree gives the root and the tiles of the whole one, at every size and in little room."""

import io
import random

import pytest

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.edge import Edge, root_of_leaves, roots_of_leaves
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import append_leaves, root_hash
from tests.tlog.reference import TilesInMemory


def test_it_has_the_root_and_fills_the_tiles_of_the_whole_tree() -> None:
    chance = random.Random(7)
    whole, edge, filled = TilesInMemory(), Edge(), {}
    for count in (
        1,
        1,
        5,
        249,
        1,
        300,
        256,
        512,
        *(chance.randrange(700) for _ in range(12)),
        60000,
    ):
        leaves = [leaf_hash(f"{edge.size + n}".encode()) for n in range(count)]
        whole.tiles.update(append_leaves(edge.size, leaves, whole))
        filled |= edge.append(leaves)
        assert edge.root() == root_hash(edge.size, whole)
        assert Edge.of_members(edge.members()).root() == edge.root()
        assert sum(map(len, edge.partial_tiles().values())) <= 3 * 8192
    assert filled == {place: tile for place, tile in whole.tiles.items() if len(tile) == 8192}
    assert edge.last_tile() == whole.tiles[0, edge.size // 256]


def test_a_copy_grows_by_itself() -> None:
    edge = Edge()
    edge.append([bytes(32)] * 3)
    other = edge.copy()
    other.append([bytes(32)])
    assert (edge.size, other.size) == (3, 4)
    assert len(edge.last_tile()) == 96


@pytest.mark.parametrize("members", [{}, {"size": 3, "tiles": []}, {"size": "x", "tiles": []}, []])
def test_what_is_no_edge_is_refused(members: object) -> None:
    with pytest.raises(VerificationFailed):
        Edge.of_members(members)


def test_the_roots_of_all_beginnings_come_out_of_a_file_of_leaves() -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(5000)]
    sizes = (0, 1, 2, 3, 255, 256, 257, 512, 4096, 4097, 4999)
    whole = TilesInMemory()
    whole.tiles.update(append_leaves(0, leaves, whole))
    roots = roots_of_leaves(io.BytesIO(b"".join(leaves)), 5000, [*sizes, 5001, 3])
    assert roots == {size: root_hash(size, whole) for size in (*sizes, 5000)}


@pytest.mark.parametrize(
    ("length", "words"), [(31, "fewer"), (33, "more"), (32 * 3, "more"), (0, "fewer")]
)
def test_a_file_of_another_length_is_refused(length: int, words: str) -> None:
    with pytest.raises(VerificationFailed, match=words):
        root_of_leaves(io.BytesIO(bytes(length)), 1)


def test_a_run_of_leaves_is_whole_hashes() -> None:
    edge = Edge()
    edge.append_run(bytes(96))
    assert edge.size == 3
    with pytest.raises(InvalidInput, match="leaf hash of 32 bytes"):
        edge.append_run(bytes(33))
