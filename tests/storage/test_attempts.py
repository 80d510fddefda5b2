"""Tries are counted in SQL: none of many at once is missed."""

from concurrent.futures import ThreadPoolExecutor

from tests.registries import Desk


def test_tries_are_counted_by_scope_and_stretch(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        count = uow.attempts.count
        assert [count("guess", "ada", 1_005, 1_000), count("guess", "ada", 1_999, 1_000)] == [1, 2]
        assert [count("guess", "ada", 2_000, 1_000), count("mail", "ada", 2_000, 1_000)] == [1, 1]
        uow.attempts.forgive("guess", "ada")
        assert [count("guess", "ada", 2_001, 1_000), count("mail", "ada", 2_001, 1_000)] == [1, 2]
        uow.attempts.forget(2_001)
        assert count("mail", "ada", 2_001, 1_000) == 1


def test_of_many_at_once_each_is_counted(desk: Desk) -> None:
    def one(_: int) -> int:
        with desk.registry.bookkeeping() as uow:
            return uow.attempts.count("guess", "ada", 5, 1_000)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(one, range(24))) == list(range(1, 25))
