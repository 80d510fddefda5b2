"""Questions are written down within a second, all of them at an orderly end, and none twice."""

import hashlib
import threading
import time
from base64 import b64encode

import pytest
from sqlalchemy import text

from registry.errors import Unavailable
from registry.instants import DAY_MS
from registry.storage.ask_writer import AskWriter, Met, NotedAsk
from registry.storage.asks import AskRow
from registry.storage.engine import writing
from registry.storage.lookup_counts import Told
from tests.registries import START, Desk


def field(word: str) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(word.encode()).digest()).decode()}:"


def noted(number: int = 0, told: tuple[Met, ...] = ()) -> NotedAsk:
    return NotedAsk(
        "p", START + number, field(f"q{number}"), field(f"a{number}"), "search", lambda: told, {}
    )


def rows(desk: Desk) -> list[AskRow]:
    with desk.registry.reading() as uow:
        return uow.asks.of("p", 0, 10_000)


def test_what_is_noted_is_written_within_a_second_without_being_asked(desk: Desk) -> None:
    desk.registry.asks.note(noted())
    waited = 0.0
    while not rows(desk) and waited < 10:
        time.sleep(0.1)
        waited += 0.1
    (row,) = rows(desk)
    assert row.leaf.question == hashlib.sha256(b"q0").digest()
    assert row.leaf.answer == hashlib.sha256(b"a0").digest()
    assert row.leaf.at == START


def test_closing_writes_what_waits(desk: Desk) -> None:
    for number in range(5):
        desk.registry.asks.note(noted(number))
    desk.registry.asks.close()
    assert len(rows(desk)) == 5
    assert desk.registry.asks.waiting == 0


def test_more_than_one_transaction_holds_are_written_once_each_in_order(desk: Desk) -> None:
    for number in range(4_500):
        desk.registry.asks.note(noted(number))
    desk.registry.asks.catch_up()
    assert [row.leaf.at - START for row in rows(desk)] == list(range(4_500))


def test_threads_side_by_side_lose_nothing(desk: Desk) -> None:
    def note() -> None:
        for number in range(200):
            desk.registry.asks.note(noted(number))

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.registry.asks.catch_up()
    assert len(rows(desk)) == 800


def test_each_row_has_a_salt_of_its_own(desk: Desk) -> None:
    for _ in range(20):
        desk.registry.asks.note(noted())
    desk.registry.asks.catch_up()
    assert len({row.leaf.salt for row in rows(desk)}) == 20


def test_works_that_were_met_are_counted_by_day(desk: Desk) -> None:
    told: tuple[Met, ...] = ((("w", "v"), "deny"), (("w",), "deny"), (("w",), "allow"))
    desk.registry.asks.note(noted(0, told))
    desk.registry.asks.note(noted(1, told[:1]))
    desk.registry.asks.catch_up()
    desk.registry.asks.note(noted(2, told[:1]))
    desk.registry.asks.catch_up()
    day = START - START % DAY_MS
    with desk.registry.reading() as uow:
        assert uow.lookup_counts.of("w", day, day + 1) == [
            (Told("w", day, "p", "search", "allow"), 1),
            (Told("w", day, "p", "search", "deny"), 4),
        ]


def test_while_the_store_cannot_be_written_to_questions_wait_and_then_are_written_once(
    desk: Desk,
) -> None:
    writer = AskWriter(desk.registry.engine, delay=3600)
    with writing(desk.registry.engine) as connection:
        connection.execute(text("ALTER TABLE asks RENAME TO asks_away"))
    writer.note(noted(0, ((("w",), "deny"),)))
    with pytest.raises(Unavailable):
        writer.catch_up()
    assert writer.waiting == 1
    with writing(desk.registry.engine) as connection:
        connection.execute(text("ALTER TABLE asks_away RENAME TO asks"))
    writer.close()
    assert len(rows(desk)) == 1
    assert writer.lost == 0
    with desk.registry.reading() as uow:
        assert [count for _, count in uow.lookup_counts.of("w", 0, START)] == [1]


def test_a_writer_that_is_switched_off_keeps_nothing(desk: Desk) -> None:
    writer = AskWriter(desk.registry.engine, enabled=False)
    writer.note(noted())
    assert writer.waiting == 0
    writer.close()
    assert rows(desk) == []


def test_counts_wait_longer_than_questions_and_are_written_by_themselves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.storage.ask_writer.COUNTS_SECONDS", 0.6)
    writer = AskWriter(desk.registry.engine, delay=0.05)
    writer.note(noted(0, ((("w",), "deny"),)))

    def counted() -> list[int]:
        with desk.registry.reading() as uow:
            return [count for _, count in uow.lookup_counts.of("w", 0, START + DAY_MS)]

    until = time.monotonic() + 10
    while not rows(desk) and time.monotonic() < until:
        time.sleep(0.01)
    assert counted() == []
    while not counted() and time.monotonic() < until:
        time.sleep(0.05)
    assert counted() == [1]
    assert writer.waiting == 0
