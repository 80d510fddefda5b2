"""Growing a log in tiles and proving things about it, measured by a naive tree over a list."""

from collections.abc import Iterable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.merkle import EMPTY_ROOT, leaf_hash
from registry.tlog.proof import verify_consistency, verify_inclusion
from registry.tlog.tiles import (
    TILE_WIDTH,
    append_leaves,
    consistency_proof,
    inclusion_proof,
    root_hash,
    tile_width,
    tiles_of,
)
from tests.tlog.reference import NaiveTree, TilesInMemory

LEAVES = [leaf_hash(f"entry {number}".encode()) for number in range(1100)]
NAIVE = NaiveTree(LEAVES)
EDGES = (255, 256, 257, 511, 512, 513, 600)


def grown(batches: Iterable[int]) -> tuple[int, TilesInMemory]:
    store, size = TilesInMemory(), 0
    for count in batches:
        store.tiles.update(append_leaves(size, LEAVES[size : size + count], store))
        size += count
    return size, store


@cache
def _whole() -> TilesInMemory:
    return grown([1100])[1]


@pytest.fixture(scope="module")
def log() -> TilesInMemory:
    """A log of 1,100, larger than every size asked about below."""
    return _whole()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 300), max_size=3))
def test_growing_in_any_batches_gives_the_tiles_of_growing_one_by_one(batches: list[int]) -> None:
    size, store = grown(batches)
    assert store.tiles == grown([1] * size)[1].tiles


def test_a_log_consists_of_exactly_the_tiles_that_its_size_says(log: TilesInMemory) -> None:
    for size in (0, 1, 255, 256, 257, 1100):
        _, store = grown([size])
        held = {place: len(hashes) // 32 for place, hashes in store.tiles.items()}
        assert held == {(tile.level, tile.index): tile.width for tile in tiles_of(size)}


def test_a_log_grows_into_a_third_level_of_tiles() -> None:
    size = TILE_WIDTH**2 + 3
    leaves = [leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    naive, store = NaiveTree(leaves), TilesInMemory()
    store.tiles.update(append_leaves(0, leaves[: size - 5], store))
    assert (2, 0) not in store.tiles
    store.tiles.update(append_leaves(size - 5, leaves[size - 5 :], store))
    assert store.tiles[2, 0] == naive.mth(0, TILE_WIDTH**2)
    assert store.tiles[1, 0][32:64] == naive.mth(256, 512)
    root = root_hash(size, store)
    assert root == naive.root(size)
    for index in (0, 255, 256, 40_000, 65_535, 65_536, size - 1):
        proof = inclusion_proof(index, size, store)
        assert proof == naive.path(index, 0, size)
        verify_inclusion(leaves[index], index, size, proof, root)
    for old in (1, 256, 65_535, 65_536, 65_537):
        proof = consistency_proof(old, size, store)
        assert proof == naive.proof(old, size)
        verify_consistency(old, naive.root(old), size, root, proof)


def test_every_root_is_the_naive_trees_root_also_for_sizes_long_past(log: TilesInMemory) -> None:
    assert root_hash(0, log) == EMPTY_ROOT
    for size in range(1, 1101):
        assert root_hash(size, log) == NAIVE.root(size)


@pytest.mark.parametrize("sizes", [range(1, 66), EDGES], ids=["up to 65", "around full tiles"])
def test_every_inclusion_proof_is_the_naive_one_and_verifies(
    log: TilesInMemory, sizes: Iterable[int]
) -> None:
    for size in sizes:
        root = NAIVE.root(size)
        for index in range(size):
            proof = inclusion_proof(index, size, log)
            assert proof == NAIVE.path(index, 0, size)
            verify_inclusion(LEAVES[index], index, size, proof, root)


@pytest.mark.parametrize("sizes", [range(66), EDGES], ids=["up to 65", "around full tiles"])
def test_every_consistency_proof_is_the_naive_one_and_verifies(
    log: TilesInMemory, sizes: Iterable[int]
) -> None:
    for size in sizes:
        root = NAIVE.root(size)
        for old in range(size + 1):
            proof = consistency_proof(old, size, log)
            assert proof == NAIVE.proof(old, size)
            verify_consistency(old, NAIVE.root(old), size, root, proof)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_proofs_of_any_size_up_to_600_are_right(data: st.DataObject) -> None:
    log = _whole()
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    assert inclusion_proof(index, size, log) == NAIVE.path(index, 0, size)
    assert consistency_proof(index, size, log) == NAIVE.proof(index, size)


def test_an_append_writes_over_what_an_abandoned_append_left_behind() -> None:
    size, store = grown([300])
    store.tiles.update(append_leaves(size, [leaf_hash(b"never committed")] * 400, store))
    store.tiles.update(append_leaves(size, LEAVES[300:320], store))
    assert root_hash(320, store) == NAIVE.root(320)


def test_an_append_reads_and_writes_only_the_right_edge_of_the_log(log: TilesInMemory) -> None:
    log.reads.clear()
    touched = append_leaves(1099, LEAVES[1099:1100], log)
    assert log.reads == [(0, 4)]
    assert list(touched) == [(0, 4)]
    log.reads.clear()
    touched = append_leaves(1023, LEAVES[1023:1025], log)
    assert sorted(log.reads) == [(0, 3), (1, 0)]
    assert {place: len(hashes) // 32 for place, hashes in touched.items()} == {
        (0, 3): 256,
        (0, 4): 1,
        (1, 0): 4,
    }


def test_appending_nothing_touches_nothing(log: TilesInMemory) -> None:
    assert append_leaves(1100, [], log) == {}


def test_a_proof_reads_each_tile_once(log: TilesInMemory) -> None:
    log.reads.clear()
    inclusion_proof(700, 1100, log)
    assert sorted(log.reads) == [(0, 2), (0, 4), (1, 0)]


def test_a_missing_tile_is_a_lookup_error() -> None:
    _, store = grown([600])
    del store.tiles[0, 1]
    with pytest.raises(LookupError):
        inclusion_proof(300, 600, store)


def test_a_tile_that_is_cut_short_is_reported_and_not_hashed() -> None:
    _, store = grown([300])
    store.tiles[0, 1] = store.tiles[0, 1][:-1]
    for attempt in (
        lambda: root_hash(300, store),
        lambda: append_leaves(300, LEAVES[:1], store),
    ):
        with pytest.raises(VerificationFailed, match="Tile 0/1 is cut short"):
            attempt()


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, -1)])
def test_an_entry_outside_the_log_has_no_inclusion_proof(
    log: TilesInMemory, index: int, size: int
) -> None:
    with pytest.raises(InvalidInput, match="is not in a log of"):
        inclusion_proof(index, size, log)


@pytest.mark.parametrize(("old", "size"), [(-1, 5), (6, 5)])
def test_a_log_has_no_proof_against_a_size_that_it_never_had_before(
    log: TilesInMemory, old: int, size: int
) -> None:
    with pytest.raises(InvalidInput, match="no earlier size"):
        consistency_proof(old, size, log)


def test_an_entry_is_not_mistaken_for_its_leaf_hash(log: TilesInMemory) -> None:
    with pytest.raises(InvalidInput, match="leaf hash of 32 bytes"):
        append_leaves(0, [b"an entry"], log)


@pytest.mark.parametrize("size", [-1, 2**63 - 1])
def test_a_log_cannot_outgrow_its_numbers(log: TilesInMemory, size: int) -> None:
    with pytest.raises(InvalidInput, match="A log holds 0 to"):
        append_leaves(size, LEAVES[:1], log)


def test_a_root_of_a_negative_size_is_refused(log: TilesInMemory) -> None:
    with pytest.raises(InvalidInput):
        root_hash(-1, log)


def test_the_tile_of_an_old_log_is_the_beginning_of_todays(log: TilesInMemory) -> None:
    for size in (1, 300, 777):
        _, then = grown([size])
        for (level, index), hashes in then.tiles.items():
            width = tile_width(level, index, size)
            assert log.tiles[level, index][: width * 32] == hashes
