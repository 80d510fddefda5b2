"""Nonces in a mapped file, beyond what holds of stores of both kinds (test_nonces.py): births, growth, forks."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from registry.errors import Unavailable
from registry.storage import spent_map
from registry.storage.mapped_nonces import MappedNonces
from registry.storage.spent_map import SpentMap
from tests.parallel import PROCESSES, in_processes

NOW = 1_790_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "nonces.spent"


@pytest.fixture
def store(path: Path) -> Iterator[MappedNonces]:
    store = MappedNonces(path)
    store.prepare(NOW)
    yield store
    store.close()


def spent(store: MappedNonces, nonce: str, now: int = NOW) -> bool:
    return store.spend("key", nonce, until=NOW + 60_000, now=now)


def until_it_refuses(store: MappedNonces) -> int:
    """How many nonces were spent before one was refused."""
    for number in count():
        try:
            assert spent(store, str(number))
        except Unavailable:
            return number
    raise AssertionError


def test_after_the_machine_started_anew_it_is_born_anew(tmp_path: Path, path: Path) -> None:
    boot_id = tmp_path / "boot_id"
    for boot, prepared, born in (("a", 0, 0), ("a", 10, 0), ("b", 20, 20), ("b", 30, 20)):
        boot_id.write_text(boot)
        store = MappedNonces(path, boot_id=boot_id)
        store.prepare(NOW + prepared)
        assert store.born_at() == NOW + born
        store.close()


def test_whoever_still_has_the_file_of_another_start_open_goes_on_with_the_new_one(
    tmp_path: Path, path: Path
) -> None:
    boot_id = tmp_path / "boot_id"
    boot_id.write_text("a")
    old, new = MappedNonces(path, boot_id=boot_id), MappedNonces(path, boot_id=boot_id)
    old.prepare(NOW)
    assert spent(old, "one")
    boot_id.write_text("b")
    new.prepare(NOW + 5)
    assert spent(new, "two")
    assert not spent(old, "two")
    assert old.born_at() == NOW + 5
    old.close()
    new.close()


def test_a_copy_is_born_anew_because_it_lacks_what_was_spent_since(
    tmp_path: Path, path: Path, store: MappedNonces
) -> None:
    shutil.copytree(path.parent, tmp_path / "copied")
    assert spent(store, "since")
    copy = MappedNonces(tmp_path / "copied" / path.name)
    copy.prepare(NOW + 5)
    assert copy.born_at() == NOW + 5
    copy.close()
    path.parent.rename(tmp_path / "moved")
    moved = MappedNonces(tmp_path / "moved" / path.name)
    moved.prepare(NOW + 9)
    assert moved.born_at() == NOW
    assert not spent(moved, "since")
    moved.close()


def test_a_file_that_is_removed_or_written_over_counts_no_more_for_whoever_has_it_open(
    path: Path, store: MappedNonces
) -> None:
    assert spent(store, "one")
    path.unlink()
    with pytest.raises(Unavailable):
        spent(store, "two")
    other = MappedNonces(path)
    other.prepare(NOW + 5)
    assert spent(other, "three")
    assert not spent(store, "three")
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
    for each in (store, other):
        with pytest.raises(Unavailable):
            spent(each, "three")
    other.close()


def test_a_spoilt_file_is_refused_and_then_born_anew(path: Path, store: MappedNonces) -> None:
    store.close()
    path.write_bytes(b"something else")
    with pytest.raises(Unavailable):
        spent(store, "one")
    store.prepare(NOW + 7)
    assert store.born_at() == NOW + 7
    assert spent(store, "one")


def spend_3_000(path: Path) -> list[bool]:
    store = MappedNonces(path)
    taken = [spent(store, str(number)) for number in range(3_000)]
    store.close()
    return taken


def test_while_several_processes_make_it_grow_each_nonce_is_spent_once(
    path: Path, store: MappedNonces
) -> None:
    found = in_processes(spend_3_000, [(path,)] * PROCESSES)
    assert [sum(each) for each in zip(*found, strict=True)] == [1] * 3_000
    table = SpentMap(path)
    assert table.buckets > 64
    table.close()
    assert store.born_at() == NOW
    assert not spent(store, "17")


def test_at_its_full_size_it_refuses_and_forgets_nothing(
    store: MappedNonces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spent_map, "MOST_BUCKETS", 64)
    taken = until_it_refuses(store)
    with pytest.raises(Unavailable, match="more is asked"):
        spent(store, str(taken))
    assert taken > 1_000
    assert not any(spent(store, str(number)) for number in range(taken))
    assert store.spend("key", "later", until=NOW + 99_000, now=NOW + 62_000)


def test_stopped_between_the_old_table_and_the_new_one_it_is_born_anew(
    path: Path, store: MappedNonces
) -> None:
    assert spent(store, "one")
    table = SpentMap(path)
    with table.held():
        table.retire()
    table.close()
    with pytest.raises(Unavailable):
        store.spend_since("key", "two", until=NOW + 60_000, now=NOW + 3_000)
    assert (
        store.spend_since("key", "two", until=NOW + 60_000, now=NOW + 4_000)
        == store.born_at()
        == NOW + 3_000
    )


def test_without_room_it_does_not_grow_and_says_so(
    path: Path, store: MappedNonces, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.with_name("nonces.spent.new").mkdir()  # what takes the place of a full disk here
    taken = until_it_refuses(store)
    assert taken < 64 * spent_map.ENTRIES
    assert not spent(store, "0")
    path.with_name("nonces.spent.new").rmdir()
    assert all(spent(store, str(taken + number)) for number in range(500))


def test_a_process_that_was_forked_has_a_lock_of_its_own(store: MappedNonces) -> None:
    assert spent(store, "before")
    reading, writing = os.pipe()
    parents = store._map
    child = os.fork()
    if not child:
        fresh = [spent(store, "before"), spent(store, "child")]
        os.write(writing, repr((fresh, store._map is not parents)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100) == b"([False, True], True)"
    assert not spent(store, "child")
    for end in (reading, writing):
        os.close(end)


def test_the_store_of_the_version_before_is_ended_so_that_nothing_can_be_spent_in_both(
    tmp_path: Path,
) -> None:
    before = tmp_path / "nonces.sqlite"
    old = sqlite3.connect(before, isolation_level=None)
    old.execute("PRAGMA journal_mode=WAL")
    # as the version before makes it, and spends in it
    make = (
        "CREATE TABLE IF NOT EXISTS nonces (keyid TEXT NOT NULL, nonce TEXT NOT NULL, "
        "until BIGINT NOT NULL, PRIMARY KEY (keyid, nonce)) WITHOUT ROWID"
    )
    birth = "INSERT INTO nonces (keyid, nonce, until) VALUES ('', ?, ?) ON CONFLICT DO NOTHING"
    old.execute(make)
    old.execute(birth, ("boot", NOW))
    store = MappedNonces(tmp_path / "nonces.spent", before=before)
    store.prepare(NOW + 1)
    assert spent(store, "one")
    spend = (
        "INSERT INTO nonces (keyid, nonce, until) SELECT 'key', 'one', CAST(? AS BIGINT) "
        "WHERE (SELECT max(until) FROM nonces WHERE keyid = '') = ? ON CONFLICT DO NOTHING"
    )
    assert old.execute("SELECT max(until) FROM nonces WHERE keyid = ''").fetchall() == [(None,)]
    old.execute(make)
    for statement, parameters in ((birth, ("boot", NOW)), (spend, (NOW + 9, NOW))):
        with pytest.raises(sqlite3.OperationalError):
            old.execute(statement, parameters)
    old.close()
    store.close()
    again = MappedNonces(tmp_path / "nonces.spent", before=before)
    assert again.born_at() == NOW + 1
    again.close()
