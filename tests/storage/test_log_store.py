"""The log's rows: appended in order, found again, and a head that moves only from where it was."""

import pytest

from registry.errors import LogRefuses
from registry.services.register_work import add_identifiers
from registry.storage.head_file import Head
from registry.storage.log_store import StoredEvent
from tests.registries import HOUR, START, STEWARD, Desk


def test_events_are_read_in_order_from_and_up_to_a_place(desk: Desk) -> None:
    for n in range(4):
        desk.rightsholder(f"R{n}")
    with desk.registry.reading() as uow:
        every = list(uow.log.events())
        assert [each.seq for each in every] == list(range(len(every)))
        assert list(uow.log.events(2, 5)) == every[2:5]
        assert uow.log.event(every[3].id) == uow.log.event_at(3) == every[3]
        assert uow.log.event("nothing") is None
        assert uow.log.event_at(len(every)) is None


def test_reading_in_a_stream_leaves_the_next_statements_as_they_were(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        assert next(uow.log.events()).seq == 0
        assert "yield_per" not in uow.connection.get_execution_options()
        assert uow.log.head() is not None


def test_the_size_at_a_time_counts_whole_transactions(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        first = sum(1 for _ in uow.log.events())
        assert uow.log.size_at(START - 1) == 0
        assert uow.log.size_at(START) == first
    desk.clock.forward(HOUR)
    desk.rightsholder()
    with desk.registry.reading() as uow:
        assert uow.log.size_at(START + HOUR - 1) == first
        assert uow.log.size_at(START + HOUR) == first + 1


def test_the_head_moves_only_from_where_it_is(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    new = Head(head.head.size + 1, bytes(32), head.head.at + 1)
    elsewhere = [Head(head.head.size - 1, head.head.root, 0), Head(head.head.size, bytes(32), 0)]
    for old in elsewhere:
        with desk.registry.bookkeeping() as uow, pytest.raises(LogRefuses, match="second"):
            uow.log.advance(old, new, "note")
    with desk.registry.bookkeeping() as uow:
        uow.log.keep_checkpoint(new, "note")
        uow.log.advance(head.head, new, "note")
        moved = uow.log.head()
        assert moved is not None
        assert (moved.head, moved.note) == (new, "note")
        assert uow.log.checkpoint(new.size) == moved


def test_every_checkpoint_is_kept_under_its_size(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        first = uow.log.head()
    desk.rightsholder()
    assert first is not None
    with desk.registry.reading() as uow:
        assert uow.log.checkpoint(first.head.size) == first
        assert uow.log.checkpoint(first.head.size - 1) is None


def test_a_tile_grows_in_its_place_and_a_missing_one_is_no_empty_one(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.log.grow({(3, 0): b"a" * 32})
        uow.log.grow({(3, 0): b"a" * 64})
    with desk.registry.reading() as uow:
        assert uow.log.read_tile(3, 0) == b"a" * 64
        assert (3, 0, b"a" * 64) in list(uow.log.tiles())
        with pytest.raises(LookupError, match="3/1"):
            uow.log.read_tile(3, 1)


def test_the_newest_event_of_a_type_is_read_back(desk: Desk) -> None:
    desk.rightsholder("R1")
    desk.rightsholder("R2")
    with desk.registry.reading() as uow:
        newest = uow.log.last_of_type("rightsholder.registered")
        assert newest is not None
        assert newest.name == "R2"  # type: ignore[union-attr]
        assert uow.log.last_of_type("link.made") is None


def test_an_event_is_stored_byte_for_byte(desk: Desk) -> None:
    stored = StoredEvent(1_000, "some-id", "a.type", START, bytes(range(256)))
    with desk.registry.bookkeeping() as uow:
        uow.log.append([stored])
    with desk.registry.reading() as uow:
        assert uow.log.event_at(1_000) == stored


def test_what_was_written_together_is_found_together(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0600001")
    with desk.registry.writing() as ledger:
        texts = ["isrc:GBAYE0600002", "isrc:GBAYE0600003"]
        add_identifiers(ledger, desk.rightsholder(), work, texts, STEWARD)
        last = ledger.next_seq - 1
    desk.rightsholder("R2")
    with desk.registry.reading() as uow:
        found = list(uow.log.written_with([last]))
        assert [each.seq for each in found] == [last - 1, last]
        assert list(uow.log.written_with([last - 1])) == found
        assert list(uow.log.written_with([])) == []
