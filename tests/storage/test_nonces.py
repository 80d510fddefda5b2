"""A nonce is spent once, whoever else tries at the same moment; a store that lost something says so."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.errors import Unavailable
from registry.storage import nonces as nonces_module
from registry.storage.engine import open_engine, writing
from registry.storage.nonces import NonceStore
from tests.parallel import PROCESSES, in_processes

NOW = 1_790_000_000_000


def store_at(url: str) -> NonceStore:
    store = NonceStore(open_engine(url, durable=False))
    store.prepare(NOW)
    return store


def by_hand(url: str, statement: str) -> list[str]:
    engine = open_engine(url)
    with writing(engine) as connection:
        result = connection.execute(text(statement))
        found = [row[0] for row in result] if result.returns_rows else []
    engine.dispose()
    return found


def spend_all(url: str, count: int) -> list[bool]:
    store = store_at(url)
    spent = [store.spend("key", f"nonce-{n}", until=NOW + 1, now=NOW) for n in range(count)]
    store.close()
    return spent


def test_of_the_same_nonces_spent_in_several_processes_each_is_spent_once(
    database_url: str,
) -> None:
    results = in_processes(spend_all, [(database_url, 200)] * PROCESSES)
    assert [sum(each) for each in zip(*results, strict=True)] == [1] * 200


def test_of_many_threads_with_one_nonce_exactly_one_wins(database_url: str) -> None:
    store = store_at(database_url)
    won: list[bool] = []
    start = threading.Barrier(20)

    def spend() -> None:
        start.wait(20)
        won.append(store.spend("key", "nonce", until=NOW + 1, now=NOW))

    threads = [threading.Thread(target=spend) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 19 + [True]
    store.close()


def test_the_same_nonce_of_another_key_is_another_nonce(database_url: str) -> None:
    store = store_at(database_url)
    assert store.spend("one", "nonce", until=NOW, now=NOW)
    assert store.spend("two", "nonce", until=NOW, now=NOW)
    store.close()


def test_a_store_opened_again_remembers_what_was_spent_and_when_it_was_born(
    database_url: str,
) -> None:
    store = store_at(database_url)
    assert store.spend("key", "nonce", until=NOW + 5, now=NOW)
    store.close()
    again = NonceStore(open_engine(database_url, durable=False))
    again.prepare(NOW + 60_000)
    assert again.born_at() == NOW
    assert not again.spend("key", "nonce", until=NOW + 5, now=NOW)
    again.close()


def test_a_store_that_lost_everything_has_no_birth_until_it_is_prepared_anew(
    database_url: str,
) -> None:
    store = store_at(database_url)
    by_hand(database_url, "DELETE FROM nonces")
    with pytest.raises(Unavailable):
        store.born_at()
    store.prepare(NOW + 1000)
    assert store.born_at() == NOW + 1000
    store.close()


def test_a_store_emptied_while_in_use_is_born_anew_by_the_next_request_which_fails(
    database_url: str,
) -> None:
    store = store_at(database_url)
    by_hand(database_url, "DELETE FROM nonces")
    with pytest.raises(Unavailable):
        store.spend_since("key", "nonce", until=NOW + 5, now=NOW + 2000)
    assert store.spend_since("key", "other", until=NOW + 5, now=NOW + 3000) == NOW + 2000
    store.close()


def test_a_store_whose_table_is_gone_refuses_instead_of_letting_pass(database_url: str) -> None:
    store = store_at(database_url)
    by_hand(database_url, "DROP TABLE nonces")
    with pytest.raises(Unavailable):
        store.spend("key", "nonce", until=NOW, now=NOW)
    store.prepare(NOW)
    assert store.spend("key", "nonce", until=NOW, now=NOW)
    store.close()


def test_after_the_machine_started_anew_a_file_that_may_have_lost_its_end_is_born_anew(
    tmp_path: Path,
) -> None:
    boot_id = tmp_path / "boot_id"
    url = f"sqlite:///{tmp_path / 'nonces.sqlite'}"
    for boot, prepared, born in (("a", 0, 0), ("a", 10, 0), ("b", 20, 20), ("b", 30, 20)):
        boot_id.write_text(boot)
        store = NonceStore(open_engine(url, durable=False), boot_id)
        store.prepare(NOW + prepared)
        assert store.born_at() == NOW + born
        store.close()


def test_what_is_over_is_swept_away_and_the_birth_stays(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces_module, "_SWEEP_EVERY", 4)
    store = store_at(database_url)
    for n in range(4):
        assert store.spend("key", f"nonce-{n}", until=NOW + n, now=NOW + 2)
    kept = by_hand(database_url, "SELECT nonce FROM nonces WHERE keyid = 'key'")
    assert sorted(kept) == ["nonce-2", "nonce-3"]
    assert store.born_at() == NOW
    store.close()


def prepare_one(url: str) -> int:
    store = store_at(url)
    born = store.born_at()
    store.close()
    return born


def test_workers_that_start_together_agree_on_one_store(database_url: str) -> None:
    assert in_processes(prepare_one, [(database_url,)] * PROCESSES) == [NOW] * PROCESSES


def test_sweeping_forgets_what_is_over_and_keeps_the_birth(database_url: str) -> None:
    store = store_at(database_url)
    for nonce, until in (("over", NOW + 1), ("alive", NOW + 9)):
        assert store.spend("key", nonce, until=until, now=NOW)
    store.sweep(NOW + 5)
    assert store.spend("key", "over", until=NOW + 9, now=NOW + 5)
    assert not store.spend("key", "alive", until=NOW + 9, now=NOW + 5)
    assert store.born_at() == NOW
    store.close()
