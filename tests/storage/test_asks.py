"""Rows are numbered in the order in which they are written, and belong to an hour that is open."""

from registry.storage.asks import Asked, AskRoot
from tests.registries import HOUR, START, Desk

BEGIN = START - START % HOUR


def ask(at: int, platform: str = "p") -> Asked:
    return Asked(platform, at, b"q" * 32, b"a" * 32)


def test_numbers_go_up_by_one_whoever_writes(desk: Desk) -> None:
    for _ in range(2):
        with desk.registry.bookkeeping() as uow:
            uow.asks.add([ask(BEGIN), ask(BEGIN + HOUR, "q"), ask(BEGIN - 1)])
    with desk.registry.reading() as uow:
        assert [row.number for row in uow.asks.of("p", 0, 10)] == [1, 3, 4, 6]
        assert [row.until for row in uow.asks.of("p", 3, 10)] == [BEGIN + HOUR, BEGIN]
        assert [row.number for row in uow.asks.of("q", 0, 1)] == [2]
        assert uow.asks.find(7) is None


def test_no_row_gets_into_an_hour_that_was_closed(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.asks.keep_root(AskRoot(BEGIN + HOUR, BEGIN))
        uow.asks.add([ask(BEGIN), ask(BEGIN + HOUR), ask(BEGIN + 5 * HOUR)])
        assert [row.until for row in uow.asks.of("p", 0, 10)] == [
            BEGIN + 2 * HOUR,
            BEGIN + 2 * HOUR,
            BEGIN + 6 * HOUR,
        ]
        assert uow.asks.first_open() == BEGIN + 2 * HOUR


def test_the_place_of_a_row_is_among_those_of_its_hour(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.asks.add([ask(BEGIN), ask(BEGIN + HOUR), ask(BEGIN)])
        rows = uow.asks.of("p", 0, 10)
        assert [uow.asks.place_of(row) for row in rows] == [0, 0, 1]
        assert uow.asks.tiles(BEGIN + HOUR).read_tile(0, 0) == (
            rows[0].leaf.hash() + rows[2].leaf.hash()
        )
