"""A nonce is spent once, whoever else tries at the same moment, in stores of both kinds."""

import threading

import pytest

from registry.errors import Unavailable
from registry.storage.mapped_nonces import MappedNonces
from registry.storage.nonces import NonceStore, open_nonces
from registry.storage.sql_nonces import SqlNonces
from tests.lost_nonces import lose
from tests.parallel import PROCESSES, in_processes

NOW = 1_790_000_000_000


def store_at(url: str) -> NonceStore:
    store = open_nonces(url)
    store.prepare(NOW)
    return store


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
        start.wait(60)
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
    again = open_nonces(database_url)
    again.prepare(NOW + 60_000)
    assert again.born_at() == NOW
    assert not again.spend("key", "nonce", until=NOW + 5, now=NOW)
    again.close()


def test_a_store_that_is_lost_refuses_instead_of_letting_pass_until_it_is_prepared_anew(
    database_url: str,
) -> None:
    store = store_at(database_url)
    lose(store)
    with pytest.raises(Unavailable):
        store.spend("key", "nonce", until=NOW, now=NOW)
    with pytest.raises(Unavailable):
        store.born_at()
    store.prepare(NOW + 1000)
    assert store.born_at() == NOW + 1000
    assert store.spend_since("key", "nonce", until=NOW + 1000, now=NOW + 1000) == NOW + 1000
    store.close()


def prepare_one(url: str) -> int:
    store = store_at(url)
    born = store.born_at()
    store.close()
    return born


def test_workers_that_start_together_agree_on_one_store(database_url: str) -> None:
    assert in_processes(prepare_one, [(database_url,)] * PROCESSES) == [NOW] * PROCESSES


def test_what_is_over_is_forgotten_and_nothing_else(database_url: str) -> None:
    store = store_at(database_url)
    for nonce, until in (("over", NOW + 1), ("alive", NOW + 9_000)):
        assert store.spend("key", nonce, until=until, now=NOW)
    store.sweep(NOW + 5_000)
    assert store.spend("key", "over", until=NOW + 9_000, now=NOW + 5_000)
    assert not store.spend("key", "alive", until=NOW + 9_000, now=NOW + 5_000)
    assert store.born_at() == NOW
    store.close()


def test_the_url_says_which_kind_it_is() -> None:
    assert isinstance(open_nonces("sqlite:////somewhere/nonces.sqlite"), MappedNonces)
    assert isinstance(open_nonces("postgresql+psycopg://somewhere/nonces"), SqlNonces)
