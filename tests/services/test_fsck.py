"""One byte changed anywhere in the truth or the projection, and fsck names the first row that is wrong."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from registry.services.keep_keys import report_compromise, rotate_key
from registry.services.replay import sequenced
from registry.signing.keys import KeyPurpose
from registry.storage.engine import writing
from registry.storage.head_file import Head
from registry.storage.log_store import StoredEvent
from registry.storage.tables import (
    above_locations,
    cards,
    checkpoints,
    dossier_history,
    dossiers,
    events,
    handles,
    holdings,
    log_head,
    log_tiles,
    repertoire,
    subject_keys,
)
from tests.conftest import FreshDatabase
from tests.registries import HOUR, STEWARD, Desk, open_desk
from tests.service_histories import lived_in

Damage = Callable[[Connection], str]


def flipped(value: bytes, at: int = -1) -> bytes:
    changed = bytearray(value)
    changed[at] ^= 1
    return bytes(changed)


def the_first(connection: Connection, table: Any, *where: Any) -> Any:
    statement = select(table).where(*where).order_by(*table.primary_key)
    return connection.execute(statement).first()


def key_of(table: Any, row: Any) -> list[Any]:
    return [column == getattr(row, column.name) for column in table.primary_key]


def changed_event(column: str, change: Callable[[Any], Any]) -> Damage:
    def damage(connection: Connection) -> str:
        row = the_first(connection, events, events.c.seq == 9)
        value = change(getattr(row, column))
        connection.execute(update(events).where(events.c.seq == 9).values({column: value}))
        return "event 9 "

    return damage


def changed_row(table: Any, column: str, change: Callable[[Any], Any]) -> Damage:
    def damage(connection: Connection) -> str:
        row = the_first(connection, table)
        key = key_of(table, row)
        connection.execute(update(table).where(*key).values({column: change(getattr(row, column))}))
        return f"{table.name} [{shown(table, row)}] differs"

    return damage


def shown(table: Any, row: Any) -> str:
    values = {c.name: getattr(row, c.name) for c in table.primary_key}
    return ", ".join(f"{n}={v.hex() if isinstance(v, bytes) else v}" for n, v in values.items())


def lost_row(table: Any) -> Damage:
    def damage(connection: Connection) -> str:
        row = the_first(connection, table)
        connection.execute(delete(table).where(*key_of(table, row)))
        return f"{table.name} [{shown(table, row)}] is missing"

    return damage


def strange_row(table: Any, **values: Any) -> Damage:
    def damage(connection: Connection) -> str:
        row = the_first(connection, table)
        connection.execute(insert(table), {**row._mapping, **values})
        return "should not be there"

    return damage


def lost_event(connection: Connection) -> str:
    connection.execute(delete(events).where(events.c.seq == 9))
    return "event 9 is missing"


def lost_end(connection: Connection) -> str:
    last = max(connection.scalars(select(events.c.seq)))
    connection.execute(delete(events).where(events.c.seq >= last - 2))
    return f"event {last - 2} is missing"


def added_event(connection: Connection) -> str:
    last = max(connection.scalars(select(events.c.seq)))
    row = the_first(connection, events, events.c.seq == last)
    values = {**row._mapping, "seq": last + 1, "id": "01990000-0000-7000-8000-000000000000"}
    connection.execute(insert(events), values)
    return f"event {last + 1} should not be there"


def erased_by_what_is_not_there(connection: Connection) -> str:
    row = the_first(connection, events, events.c.type == "declaration.issued")
    left = msgspec.json.encode(sequenced(StoredEvent(*row)).event)
    values = {"body": left, "erased": sha256(row.body).digest(), "erased_by": 1_000_000}
    connection.execute(update(events).where(events.c.seq == row.seq).values(**values))
    return "said to be erased by event 1000000, which erased nothing"


def swapped_events(connection: Connection) -> str:
    for old, new in ((9, -1), (10, 9), (-1, 10)):
        connection.execute(update(events).where(events.c.seq == old).values(seq=new))
    return "event 9 "


def changed_tile(connection: Connection) -> str:
    row = the_first(connection, log_tiles)
    connection.execute(update(log_tiles).values(hashes=flipped(row.hashes, 9 * 32)))
    return "tile 0/0 is not made of the log's entries"


def lost_tile(connection: Connection) -> str:
    connection.execute(delete(log_tiles))
    return "tile 0/0 is missing"


def strange_tile(connection: Connection) -> str:
    connection.execute(insert(log_tiles), {"level": 0, "number": 7, "hashes": bytes(32)})
    return "tile 0/7 is not made of the log's entries"


def changed_note(connection: Connection) -> str:
    row = the_first(connection, checkpoints)
    note = row.note[:-4] + ("A" if row.note[-4] != "A" else "B") + row.note[-3:]
    connection.execute(update(checkpoints).where(checkpoints.c.size == row.size).values(note=note))
    return f"the checkpoint over {row.size}"


def checkpoint_change(column: str, change: Callable[[Any], Any]) -> Damage:
    def damage(connection: Connection) -> str:
        row = the_first(connection, checkpoints)
        connection.execute(
            update(checkpoints)
            .where(checkpoints.c.size == row.size)
            .values({column: change(getattr(row, column))})
        )
        return "the checkpoint over "

    return damage


def lost_checkpoint(connection: Connection) -> str:
    row = the_first(connection, checkpoints, checkpoints.c.size > 9)
    connection.execute(delete(checkpoints).where(checkpoints.c.size == row.size))
    return f"the checkpoint over {row.size} is missing"


def head_change(column: str, change: Callable[[Any], Any]) -> Damage:
    def damage(connection: Connection) -> str:
        row = the_first(connection, log_head)
        connection.execute(update(log_head).values({column: change(getattr(row, column))}))
        return "checkpoint over "

    return damage


def lost_head(connection: Connection) -> str:
    connection.execute(delete(log_head))
    return "the log has no head"


DAMAGES: dict[str, Damage] = {
    "the body of an event": changed_event("body", flipped),
    "the first byte of a body": changed_event("body", lambda b: flipped(b, 0)),
    "the id of an event": changed_event("id", lambda i: i[:-1] + ("0" if i[-1] != "0" else "1")),
    "the type of an event": changed_event("type", lambda t: "identifier.added"),
    "a type that cannot be logged": changed_event("type", lambda t: "not a type"),
    "the time of an event": changed_event("at", lambda at: at - 1),
    "an event lost": lost_event,
    "the end lost": lost_end,
    "an event more": added_event,
    "a body erased by no event": erased_by_what_is_not_there,
    "two events swapped": swapped_events,
    "a tile": changed_tile,
    "a tile lost": lost_tile,
    "a tile more": strange_tile,
    "the note of a checkpoint": changed_note,
    "the root of a checkpoint": checkpoint_change("root", flipped),
    "the time of a checkpoint": checkpoint_change("at", lambda at: at + 1),
    "the size of a checkpoint": checkpoint_change("size", lambda size: size - 1),
    "a checkpoint lost": lost_checkpoint,
    "the head's size": head_change("size", lambda size: size - 1),
    "the head's root": head_change("root", flipped),
    "the head's time": head_change("at", lambda at: at - 1),
    "the head's note": head_change("note", lambda note: note.replace("\n", "\n ", 1)),
    "the head lost": lost_head,
    "a dossier": changed_row(dossiers, "body", lambda b: b.replace(b"e", b"f", 1)),
    "a dossier's version": changed_row(dossiers, "since", lambda since: since - 1),
    "a dossier's kind": changed_row(dossiers, "kind", lambda kind: kind + "s"),
    "a dossier lost": lost_row(dossiers),
    "a dossier more": strange_row(dossiers, id="zzz"),
    "history": changed_row(dossier_history, "body", lambda b: b.replace(b"e", b"f", 1)),
    "the end of a version": changed_row(dossier_history, "until", lambda until: until + 1),
    "a version lost": lost_row(dossier_history),
    "a version more": strange_row(dossier_history, since=-1),
    "a key": changed_row(subject_keys, "kind", lambda kind: "location" + kind),
    "a key lost": lost_row(subject_keys),
    "a key more": strange_row(subject_keys, key=bytes(32)),
    "a card": changed_row(cards, "card", lambda card: (card or b"") + b" "),
    "whose card it is": changed_row(cards, "id", lambda id: None if id else "somebody"),
    "a card lost": lost_row(cards),
    "a card more": strange_row(cards, prefix=-1),
    "a folder above a location lost": lost_row(above_locations),
    "a folder above a location more": strange_row(above_locations, key=bytes(32)),
    "a handle": changed_row(handles, "subject", lambda subject: subject[:-1]),
    "a handle lost": lost_row(handles),
    "a handle more": strange_row(handles, id="0"),
    "a holding": changed_row(holdings, "kind", lambda kind: kind + "s"),
    "a holding lost": lost_row(holdings),
    "a holding more": strange_row(holdings, id="0"),
    "a listed work": changed_row(repertoire, "said", lambda said: said.replace("-", "a", 1)),
    "a listed work lost": lost_row(repertoire),
    "a listed work more": strange_row(repertoire, work="0"),
}


@pytest.fixture(scope="module")
def old_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A registry that lived for a while; the tests undo what they damage."""
    folder = tmp_path_factory.mktemp("fsck")
    desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite'}")
    lived_in(desk, 7, 25)
    yield desk
    desk.registry.close()


def wrong_after(desk: Desk, damage: Damage) -> tuple[str, str | None]:
    """What the damage should be called, and what fsck calls it. The damage is undone."""
    from registry.services.fsck import fsck
    from registry.storage.unit_of_work import UnitOfWork

    registry = desk.registry
    signers = registry.signers()
    with registry.engine.connect() as connection:
        transaction = connection.begin()
        expected = damage(connection)
        released = registry.head_file.read()
        report = fsck(UnitOfWork(connection), signers, registry.place, released)
        transaction.rollback()
    return expected, report.wrong


@pytest.mark.parametrize("what", DAMAGES)
def test_whatever_is_changed_lost_or_added_is_named(old_registry: Desk, what: str) -> None:
    assert old_registry.fsck().wrong is None
    expected, wrong = wrong_after(old_registry, DAMAGES[what])
    assert wrong is not None
    assert expected in wrong


@pytest.mark.parametrize("what", ["the body of an event", "a tile", "a dossier lost", "a key more"])
def test_the_same_on_postgresql(
    tmp_path: Path, fresh_database: FreshDatabase, what: str, postgresql_server: object
) -> None:
    desk = open_desk(tmp_path, fresh_database("postgresql"))
    lived_in(desk, 7, 10)
    clean = desk.fsck()
    assert clean.wrong is None
    assert clean.events > 10
    assert clean.records
    assert clean.checkpoints
    assert clean.rows > 20
    expected, wrong = wrong_after(desk, DAMAGES[what])
    assert wrong is not None
    assert expected in wrong
    desk.registry.close()


def test_a_head_released_beyond_the_store_or_of_another_history_is_named(desk: Desk) -> None:
    desk.rightsholder()
    released = desk.registry.head_file.read()
    assert released is not None
    desk.registry.head_file.overwrite(Head(released.size + 1, released.root, released.at))
    assert "was released, but the store has" in str(desk.fsck().wrong)
    desk.registry.head_file.overwrite(Head(released.size, flipped(released.root), released.at))
    assert "not those under the checkpoint that was released" in str(desk.fsck().wrong)


def test_an_empty_store_is_clean_only_if_nothing_was_ever_released(desk: Desk) -> None:
    with writing(desk.registry.engine) as connection:
        for table in (events, log_tiles, checkpoints, log_head):
            connection.execute(delete(table))
    assert "no head" in str(desk.fsck().wrong)


def test_records_signed_with_a_retired_key_still_verify(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.declare(work, generative_training="deny")
    for purpose in KeyPurpose:
        desk.clock.forward(HOUR)
        with desk.registry.writing() as ledger:
            rotate_key(ledger, desk.registry.key_files, purpose, STEWARD)
    desk.declare(work, generative_training="deny")
    report = desk.fsck()
    assert (report.wrong, report.records) == (None, 2)


@pytest.mark.parametrize("before", [True, False])
def test_a_record_signed_after_its_key_was_compromised_is_counted_as_doubtful(
    desk: Desk, before: bool
) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    made = desk.declare(work, generative_training="deny")
    with desk.registry.reading() as uow:
        stored = uow.log.event(made.record.id)
        assert stored is not None
        assert sequenced(stored).event == made.event
    desk.clock.forward(HOUR)
    kid = desk.registry.signers()[KeyPurpose.RECORDS].kid
    since = stored.at + (1 if before else 0)
    with desk.registry.writing() as ledger:
        report_compromise(ledger, desk.registry.key_files, kid, since, STEWARD)
    desk.declare(work, generative_training="deny")
    desk.clock.forward(HOUR)
    report = desk.fsck()
    assert (report.wrong, report.records) == (None, 2)
    assert report.doubtful == (0 if before else 1)


def test_fsck_reads_a_log_of_more_than_one_tile(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, f"sqlite:///{tmp_path / 'r.sqlite'}")
    with desk.registry.writing() as ledger:
        from registry.services.open_account import register_rightsholder

        for n in range(600):
            register_rightsholder(ledger, f"R{n}", STEWARD)
    assert desk.fsck().wrong is None
    with writing(desk.registry.engine) as connection:
        connection.execute(text("DELETE FROM log_tiles WHERE level = 1"))
    assert desk.fsck().wrong == "tile 1/0 is missing"
    desk.registry.close()
