"""The table of what was spent, against a model; between processes; and with processes that are killed within it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import Unavailable
from registry.storage import spent_map
from registry.storage.mapped_nonces import MappedNonces
from registry.storage.spent_map import FullError, SpentMap, write_table
from tests.parallel import PROCESSES, in_processes

NOW = 1_790_000_000_000
BOOT, SALT = b"b" * 32, b"s" * 16


def new_table(path: Path, buckets: int = 64) -> SpentMap:
    write_table(path, NOW, BOOT, buckets, SALT)
    return SpentMap(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nonces.spent"


@pytest.fixture
def table(path: Path) -> Iterator[SpentMap]:
    table = new_table(path)
    yield table
    table.close()


def in_bucket(bucket: int, number: int) -> bytes:
    """The digest with this number, of those that belong into this bucket of 64 (and of 128)."""
    return bucket.to_bytes(4, "big") + number.to_bytes(12, "big")


def spend(table: SpentMap, digest: bytes, until: int, now: int) -> bool:
    with table.held():
        return table.spend(digest, until, now)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 60),  # which digest, more than a bucket holds
        st.integers(-2_000, 30_000),  # how long it counts
        st.integers(-3_000, 6_000),  # how far the clock moves, back too
    ),
    max_size=120,
)


@settings(max_examples=150)
@given(STEPS)
def test_nothing_is_taken_twice_while_it_counts_nor_after_it_may_be_forgotten(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]]
) -> None:
    """The model remembers everything for ever, and knows when each may be forgotten."""
    path = tmp_path_factory.mktemp("model") / "table"
    table, now = new_table(path), NOW
    spent: dict[bytes, int] = {}
    for number, life, step in steps:
        now += step
        digest, until = in_bucket(7, number), now + life
        alive = sum(each >= now - spent_map.GRACE_MS for each in spent.values())
        try:
            taken = spend(table, digest, until, now)
        except FullError:
            assert alive >= spent_map.ENTRIES
            with table.held():
                table.replace(path, now=now)
            table.close()
            table = SpentMap(path)
            continue
        except Unavailable:
            assert any(until <= each for each in spent.values())  # the clock was set back
            continue
        if taken:
            assert until >= now
            assert spent.get(digest, 0) < now - spent_map.GRACE_MS
            spent[digest] = until
        else:
            assert until < now or spent[digest] >= now - spent_map.GRACE_MS
    table.close()


def test_what_was_forgotten_is_refused_also_by_a_clock_that_was_set_back(table: SpentMap) -> None:
    assert spend(table, in_bucket(3, 0), NOW + 10, NOW)
    for number in range(1, spent_map.ENTRIES + 1):
        assert spend(table, in_bucket(3, number), NOW + 90_000, NOW + 5_000)
    with pytest.raises(Unavailable, match="set back"):
        spend(table, in_bucket(3, 0), NOW + 10, NOW)


def test_a_bucket_in_which_nothing_is_over_refuses_and_forgets_nothing(table: SpentMap) -> None:
    digests = [in_bucket(5, number) for number in range(spent_map.ENTRIES)]
    assert all(spend(table, each, NOW + 9, NOW) for each in digests)
    with pytest.raises(FullError):
        spend(table, in_bucket(5, 99), NOW + 9, NOW)
    assert not any(spend(table, each, NOW + 9, NOW) for each in digests)
    assert spend(table, in_bucket(6, 99), NOW + 9, NOW)


def test_the_larger_table_in_its_place_remembers_everything_and_the_old_one_says_so(
    path: Path, table: SpentMap
) -> None:
    digests = [os.urandom(16) for _ in range(1_000)]
    kept = [each for each in digests if spend(table, each, NOW + 9, NOW)]
    with table.held():
        table.replace(path, now=NOW)
    assert table.replaced
    larger = SpentMap(path)
    assert (larger.buckets, larger.born_at, larger.boot) == (128, NOW, BOOT)
    assert not larger.replaced
    assert not any(spend(larger, each, NOW + 9, NOW) for each in kept)
    assert table.spend_alone("owner", "nonce", NOW + 9, NOW) is None
    assert [larger.spend_alone("owner", "nonce", NOW + 9, NOW) for _ in range(2)] == [True, False]
    larger.close()


def test_at_its_full_size_it_does_not_grow(
    path: Path, table: SpentMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spent_map, "MOST_BUCKETS", 64)
    with table.held(), pytest.raises(FullError):
        table.replace(path, now=NOW)
    assert not table.replaced


def test_a_digest_across_two_entries_is_not_found(table: SpentMap) -> None:
    first, second = in_bucket(9, 1)[:4] + b"a" * 12, in_bucket(9, 2)[:4] + b"b" * 12
    across = in_bucket(9, 3)
    first = first[:8] + across[:8]
    second = across[8:] + second[8:]
    # both stand in the same bucket, one after the other, whatever bucket their own digests would lead to
    start = 4096 + 9 * 1024 + 8 * 43
    table._map[start : start + 32] = first + second
    assert spend(table, across, NOW + 9, NOW)


def test_a_file_that_is_cut_off_or_something_else_is_no_table(path: Path) -> None:
    new_table(path).close()
    whole = path.read_bytes()
    for spoilt in (b"", whole[:4096], whole[:-1], b"another" + whole[7:]):
        path.write_bytes(spoilt)
        with pytest.raises(ValueError, match="no table"):
            SpentMap(path)


def test_whoever_holds_it_for_too_long_is_not_waited_for(
    path: Path, table: SpentMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spent_map, "PATIENCE_SECONDS", 0.02)
    other = SpentMap(path)
    with other.held(), pytest.raises(Unavailable, match="another process"):
        table.take()
    other.close()


def spend_many(path: Path, seed: int) -> list[bool]:
    """The same 4,000 digests in another order each, so that all processes meet at some of them."""
    order = list(range(4_000))
    random.Random(seed).shuffle(order)
    table, taken = SpentMap(path), [False] * 4_000
    for number in order:
        digest = table.digest("owner", str(number))
        taken[number] = spend(table, digest, NOW + 9, NOW)
    table.close()
    return taken


def test_between_processes_each_is_taken_once(path: Path) -> None:
    new_table(path, 256).close()
    found = in_processes(spend_many, [(path, seed) for seed in range(PROCESSES)])
    assert [sum(each) for each in zip(*found, strict=True)] == [1] * 4_000


KILLED = """
import sys
from pathlib import Path
from registry.errors import Unavailable
from registry.storage.mapped_nonces import MappedNonces
nonces = MappedNonces(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    try:
        if nonces.spend("owner", str(number), until={until}, now={now}):
            sys.stdout.write(f"{{number}}\\n")
            sys.stdout.flush()
        number += 1
    except Unavailable:
        pass
"""


def test_killed_at_any_moment_it_forgets_nothing_that_was_acknowledged(
    path: Path, tmp_path: Path
) -> None:
    """Killed again and again while it spends and grows; each process begins where the last one was stopped."""
    nonces = MappedNonces(path)
    nonces.prepare(NOW)
    program, chance = KILLED.format(until=NOW + 9, now=NOW + 1), random.Random(4)
    taken: list[int] = []
    said = tmp_path / "said"
    for _ in range(8):
        command = [sys.executable, "-c", program, str(path), str(max(taken, default=0))]
        with said.open("wb") as file, subprocess.Popen(command, stdout=file) as process:
            enough, until = chance.randrange(1, 12_000), time.monotonic() + 60
            while said.stat().st_size < enough:
                assert time.monotonic() < until, "it takes nothing"
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
        taken += [int(line) for line in said.read_text().splitlines(True) if line.endswith("\n")]
    assert len(taken) > 2_000
    # else it was killed between two tables, and all that was signed before is refused
    if nonces.born_at() == NOW:
        assert len(set(taken)) == len(taken)
        assert not any(nonces.spend("owner", str(each), until=NOW + 9, now=NOW) for each in taken)
    nonces.close()
