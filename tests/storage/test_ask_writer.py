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
from tests.registries import START, Desk


def field(word: str) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(word.encode()).digest()).decode()}:"


def noted(number: int = 0, told: Met | None = None) -> NotedAsk:
    digests = field(f"q{number}"), field(f"a{number}")
    return NotedAsk("p", START + number, *digests, "search", lambda: told or {}, {})


def told_of(desk: Desk) -> dict[tuple[str, str], int]:
    """(work, decision) → how often it was told on the first day. It is taken out."""
    with desk.registry.bookkeeping() as uow:
        taken = uow.told_works.take(1_000)
    day = START - START % DAY_MS
    assert {told[1:4] for told in taken} <= {(day, "p", "search")}
    return {(told[0], told[4]): count for told, count in taken.items()}


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


def test_what_was_told_about_which_works_is_written_down_by_day(desk: Desk) -> None:
    desk.registry.asks.note(noted(0, {"deny": ["w", "v", "w"], "allow": ["w"]}))
    desk.registry.asks.note(noted(1, {"deny": ["w", "v"]}))
    desk.registry.asks.catch_up()
    desk.registry.asks.note(noted(2, {"deny": ["w"]}))
    desk.registry.asks.catch_up()
    assert told_of(desk) == {("w", "deny"): 4, ("v", "deny"): 2, ("w", "allow"): 1}


def test_while_the_store_cannot_be_written_to_questions_wait_and_then_are_written_once(
    desk: Desk,
) -> None:
    writer = AskWriter(desk.registry.engine, delay=3600)
    with writing(desk.registry.engine) as connection:
        connection.execute(text("ALTER TABLE asks RENAME TO asks_away"))
    writer.note(noted(0, {"deny": ["w"]}))
    with pytest.raises(Unavailable):
        writer.catch_up()
    assert writer.waiting == 1
    with writing(desk.registry.engine) as connection:
        connection.execute(text("ALTER TABLE asks_away RENAME TO asks"))
    writer.close()
    assert len(rows(desk)) == 1
    assert (writer.lost, writer.uncounted) == (0, 0)
    assert told_of(desk) == {("w", "deny"): 1}


def test_what_was_told_of_more_works_than_may_wait_is_only_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.storage.ask_writer.MOST_TOLD", 3)
    writer = AskWriter(desk.registry.engine, delay=3600)
    for number in range(4):
        writer.note(noted(number, {"deny": ["w", "v"]}))
    writer.catch_up()
    assert (len(rows(desk)), writer.lost, writer.uncounted) == (4, 0, 4)
    assert told_of(desk) == {("w", "deny"): 2, ("v", "deny"): 2}
    writer.note(noted(4, {"deny": ["w"]}))
    writer.close()
    assert told_of(desk) == {("w", "deny"): 1}


def test_a_writer_that_is_switched_off_keeps_nothing(desk: Desk) -> None:
    writer = AskWriter(desk.registry.engine, enabled=False)
    writer.note(noted())
    assert writer.waiting == 0
    writer.close()
    assert rows(desk) == []


def test_what_was_told_is_written_with_the_questions_by_itself(desk: Desk) -> None:
    writer = AskWriter(desk.registry.engine, delay=0.05)
    writer.note(noted(0, {"deny": ["w"]}))
    until = time.monotonic() + 60
    while not rows(desk) and time.monotonic() < until:
        time.sleep(0.01)
    assert told_of(desk) == {("w", "deny"): 1}
    writer.close()
