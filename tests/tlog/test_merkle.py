"""The hashes of RFC 6962 section 2.1, against roots published by Certificate Transparency."""

import pytest

from registry.tlog.merkle import EMPTY_ROOT, leaf_hash, level_above, node_hash
from registry.tlog.tiles import append_leaves, root_hash
from tests.tlog.reference import TilesInMemory

# Eight leaves and the roots of the trees over the first n of them, as certificate-transparency's
# own tests and transparency-dev/merkle (testonly/constants.go, Apache-2.0) state them.
LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_published_roots_come_out(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    store = TilesInMemory()
    store.tiles.update(append_leaves(0, leaves[:size], store))
    assert root_hash(size, store).hex() == ROOTS[size]


def test_the_empty_log_has_the_hash_of_nothing_for_its_root() -> None:
    assert EMPTY_ROOT.hex() == ROOTS[0]


def test_an_entry_that_looks_like_two_hashes_is_not_taken_for_their_parent() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_the_level_above_is_the_parents_of_the_pairs_in_order() -> None:
    a, b, c, d = (leaf_hash(bytes([n])) for n in range(4))
    assert level_above(a + b + c + d) == node_hash(a, b) + node_hash(c, d)
