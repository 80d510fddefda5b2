"""A root from the leaves alone is the root of the tiles, for every size, however the leaves come."""

import io
from random import Random

import pytest

from registry.errors import VerificationFailed
from registry.tlog.compact_range import CompactRange, root_of_leaves, roots_of_leaves
from registry.tlog.merkle import EMPTY_ROOT, leaf_hash
from registry.tlog.tiles import append_leaves, root_hash
from tests.tlog.reference import TilesInMemory

LEAVES = [leaf_hash(str(number).encode()) for number in range(1300)]
SIZES = (0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1024, 1299, 1300)


@pytest.fixture(scope="module")
def tiles() -> TilesInMemory:
    store = TilesInMemory()
    store.tiles.update(append_leaves(0, LEAVES, store))
    return store


def test_every_beginning_has_the_root_of_the_tiles(tiles: TilesInMemory) -> None:
    edge = CompactRange()
    assert edge.root() == EMPTY_ROOT
    for size, leaf in enumerate(LEAVES, 1):
        edge.append(leaf)
        if size in SIZES or size % 97 == 0:
            assert edge.root() == root_hash(size, tiles)


def test_leaves_may_come_in_parts_of_any_length(tiles: TilesInMemory) -> None:
    for seed in range(20):
        random, edge, at = Random(seed), CompactRange(), 0
        while at < len(LEAVES):
            part = LEAVES[at : at + random.choice((1, 5, 255, 256, 300, 700))]
            edge.extend(b"".join(part))
            at += len(part)
        assert (edge.size, edge.root()) == (1300, root_hash(1300, tiles))


def test_older_roots_are_found_on_the_way(tiles: TilesInMemory) -> None:
    roots = roots_of_leaves(io.BytesIO(b"".join(LEAVES)), 1300, [*SIZES, 5000])
    assert roots == {size: root_hash(size, tiles) for size in SIZES}


@pytest.mark.parametrize(
    ("data", "words"), [(31, "fewer"), (33, "more"), (32 * 3, "more"), (0, "fewer")]
)
def test_a_file_of_another_length_is_refused(data: int, words: str) -> None:
    with pytest.raises(VerificationFailed, match=words):
        root_of_leaves(io.BytesIO(bytes(data)), 1)
