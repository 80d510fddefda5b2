"""Many keys at once get the answers that each of them gets alone."""

import io
import random
from array import array

import pytest

from registry.screening.filter_file import Filter, write_filter

np = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    ("count", "shard_keys"), [(0, 1), (1, 1), (2, 1), (900, 2_000), (3_000, 100)]
)
def test_many_keys_at_once_get_the_answers_that_each_gets_alone(
    count: int, shard_keys: int
) -> None:
    chance = random.Random(count)
    keys = array("Q", sorted({chance.getrandbits(64) for _ in range(count)}))
    out = io.BytesIO()
    write_filter(keys, out, shard_keys=shard_keys)
    made = Filter(out.getvalue())
    edges = [0, 1, 2**63 - 1, 2**63, 2**64 - 1]
    asked = [*keys, *edges, *(chance.getrandbits(64) for _ in range(20_000))]
    found = made.contains_many(np.array(asked, dtype=np.uint64))
    assert found.tolist() == [key in made for key in asked]
    assert found[:count].all()


def test_a_shard_without_keys_says_no_even_where_it_lies_last() -> None:
    keys = array("Q", range(500))  # all in the first of the shards
    out = io.BytesIO()
    write_filter(keys, out, shard_keys=10)
    made = Filter(out.getvalue())
    assert len(made.shards) > 30
    assert made.contains_many(np.arange(500, dtype=np.uint64)).all()
    assert not made.contains_many(np.array([2**64 - 1], dtype=np.uint64)).any()
