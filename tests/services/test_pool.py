"""Several writers under one commit: each with a receipt of its own, and nobody acknowledged too early."""

import ctypes
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select, text

from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.errors import Conflict, LogRefuses, NotFound, RegistryError, Unavailable
from registry.services import pool
from registry.services.declare import declare, withdraw
from registry.services.ledger import Ledger, Receipt
from registry.services.open_account import register_rightsholder
from registry.signing.keys import KeyPurpose
from registry.signing.note import verify_note, vkey
from registry.storage.head_file import Head, HeadFile
from registry.storage.tables import checkpoints
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import verify_inclusion
from tests.registries import STEWARD, TOKEN, Desk

ISRC = "isrc:GBAYE0601498"
Part = Callable[[Ledger], None]


@dataclass
class Writer:
    """One who writes in a thread: what they do, with which key, and what came of it."""

    act: Part
    key: str | None = None
    receipts: list[Receipt] = field(default_factory=list)
    error: BaseException | None = None
    thread: int = 0

    def write(self, desk: Desk) -> None:
        def given() -> None:
            self.receipts.append(ledger.receipt(last))

        self.thread = threading.get_ident()
        try:
            with desk.registry.writing_together(self.key) as ledger:
                self.act(ledger)
                last = ledger.next_seq - 1
                ledger.when_sealed(given)
        except BaseException as error:
            self.error = error


@pytest.fixture(autouse=True)
def _nobody_is_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LONGEST_SECONDS", 60.0)


def together(desk: Desk, *writers: Writer) -> None:
    """They all write; those after the first come, one after the other, while the first is at it."""
    begun, all_there = threading.Event(), threading.Event()
    first, act = writers[0], writers[0].act

    def not_before_all_are_there(ledger: Ledger) -> None:
        begun.set()
        assert all_there.wait(60)
        act(ledger)

    first.act = not_before_all_are_there
    threads = [threading.Thread(target=each.write, args=(desk,)) for each in writers]
    waiting = desk.registry._pool._waiting
    for number, thread in enumerate(threads):
        thread.start()
        assert begun.wait(60)
        while len(waiting) < number:
            time.sleep(0.001)
    all_there.set()
    for thread in threads:
        thread.join(60)


def named(name: str) -> Part:
    return lambda ledger: void(register_rightsholder(ledger, name, STEWARD))


def void(_: object) -> None: ...


def count_checkpoints(desk: Desk) -> int:
    with desk.registry.reading() as uow:
        return int(uow.connection.scalar(select(func.count()).select_from(checkpoints)) or 0)


def size_of(desk: Desk) -> int:
    with desk.registry.reading() as uow:
        head = uow.log.head()
    return 0 if head is None else head.head.size


def test_who_writes_together_shares_a_checkpoint_and_has_a_receipt_of_their_own(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    holder, before, size = desk.rightsholder(), count_checkpoints(desk), size_of(desk)

    def say_no(ledger: Ledger) -> None:
        declare(ledger, holder, Subject("work", work), Wish(preset="no-ai"), STEWARD)

    writers = [Writer(say_no, key=f"{number}") for number in range(5)]
    together(desk, *writers)
    assert [each.error for each in writers] == [None] * 5
    assert count_checkpoints(desk) == before + 1
    place, signers = desk.registry.place, desk.registry.signers()
    log = vkey(place.origin, signers[KeyPurpose.LOG].public.raw)
    for number, writer in enumerate(writers):
        (given,) = writer.receipts
        head = Checkpoint.parse(verify_note(given.checkpoint, [log]).text)
        assert (given.index, head.size) == (size + number, size + 5), "in the order of arrival"
        verify_inclusion(
            leaf_hash(given.entry.encode()), given.index, head.size, given.proof, head.root
        )
    released = desk.registry.head_file.read()
    assert released is not None
    assert released.size == size + 5
    report = desk.fsck()
    assert (report.wrong, report.records) == (None, 5), (
        "also the past of a work that all declared on"
    )


def nothing_there(ledger: Ledger) -> None:
    unknown = Subject("work", "01a205fc-5979-7d37-8548-261603471289")
    declare(ledger, unknown.id, unknown, Wish(preset="no-ai"), STEWARD)


@pytest.mark.parametrize("who", [0, 1, 3])
def test_who_fails_before_they_appended_anything_fails_alone(desk: Desk, who: int) -> None:
    writers = [Writer(named(f"R{number}")) for number in range(4)]
    writers[who].act = nothing_there
    size, before = size_of(desk), count_checkpoints(desk)
    together(desk, *writers)
    assert [type(each.error) for each in writers] == [
        NotFound if number == who else type(None) for number in range(4)
    ]
    assert (size_of(desk), count_checkpoints(desk)) == (size + 3, before + 1)
    assert desk.fsck().wrong is None


def fail_later(ledger: Ledger) -> None:
    named("Nobody")(ledger)
    nothing_there(ledger)


def test_who_fails_later_takes_those_with_them_who_wait_for_the_same_commit(desk: Desk) -> None:
    writers = [Writer(named("R0")), Writer(fail_later), Writer(named("R2")), Writer(named("R3"))]
    size = size_of(desk)
    together(desk, *writers)
    wanted = [Unavailable, Unavailable, type(None), type(None)]
    assert [type(each.error) for each in writers] == wanted
    assert [len(each.receipts) for each in writers] == [0, 0, 1, 1]
    assert size_of(desk) == size + 2
    with desk.registry.reading() as uow:
        assert not any(b"Nobody" in each.body for each in uow.log.events())
    assert desk.fsck().wrong is None


def test_who_fails_later_is_told_why_where_nobody_wrote_before(desk: Desk) -> None:
    writers = [Writer(fail_later), Writer(named("R1"))]
    together(desk, *writers)
    assert [type(each.error) for each in writers] == [NotFound, type(None)]


@pytest.mark.parametrize("kept", [True, False])
def test_a_refusal_for_what_others_wrote_is_said_only_if_that_was_kept(
    desk: Desk, kept: bool
) -> None:
    work, _ = desk.work(ISRC)
    record, holder = desk.declare(work, search="allow").record.id, desk.rightsholder()

    def take_back(ledger: Ledger) -> None:
        withdraw(ledger, holder, record, TOKEN)

    last = Writer(named("R1") if kept else fail_later)
    writers = [Writer(take_back), Writer(take_back), last]
    together(desk, *writers)
    wanted = [type(None), Conflict, type(None)] if kept else [Unavailable] * 3
    assert [type(each.error) for each in writers] == wanted
    again = Writer(take_back)
    again.write(desk)
    assert isinstance(again.error, Conflict) is kept, "what was said is so"


def end_the_transaction(ledger: Ledger) -> None:
    """As SQLite does it by itself where there is no memory, or the disk fails."""
    driver = ledger.uow.connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute("INSERT OR ROLLBACK INTO checkpoints SELECT * FROM checkpoints")


def end_it_and_go_on(ledger: Ledger) -> None:
    with suppress(Exception):
        end_the_transaction(ledger)


def end_it_without_memory(ledger: Ledger) -> None:
    end_it_and_go_on(ledger)
    raise MemoryError  # as the driver says SQLITE_NOMEM


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("end", "told"),
    [
        (end_the_transaction, [Unavailable, Unavailable, type(None)]),
        (end_it_without_memory, [Unavailable, MemoryError, type(None)]),
        (end_it_and_go_on, [Unavailable] * 3),
    ],
)
def test_a_transaction_that_the_store_ended_acknowledges_nobody(
    desk: Desk, end: Part, told: list[type[BaseException]]
) -> None:
    desk.rightsholder("R0")
    writers = [Writer(named("R1")), Writer(end), Writer(named("R3"))]
    size = size_of(desk)
    together(desk, *writers)
    assert [type(each.error) for each in writers] == told
    with desk.registry.reading() as uow:
        assert len(list(uow.log.events(size))) == told.count(type(None))
    desk.rightsholder("R4")
    assert desk.fsck().wrong is None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("together_at_most", [1, 32])
def test_who_breaks_as_their_turn_comes_passes_it_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, together_at_most: int
) -> None:
    monkeypatch.setattr(pool, "MOST_TOGETHER", together_at_most)  # of 1: they had to begin
    monkeypatch.setattr(pool, "PATIENCE_SECONDS", 5.0)
    second = Writer(named("R2"))

    def strike_the_second(ledger: Ledger) -> None:
        strike = ctypes.pythonapi.PyThreadState_SetAsyncExc
        assert strike(ctypes.c_ulong(second.thread), ctypes.py_object(MemoryError)) == 1
        named("R1")(ledger)

    writers = [Writer(strike_the_second), second, Writer(named("R3"))]
    together(desk, *writers)
    assert [type(each.error) for each in writers] == [type(None), MemoryError, type(None)]
    assert not desk.registry._pool._at_work


class Broken(threading.Event):
    """Nobody can wait for it."""

    def wait(self, timeout: float | None = None) -> bool:
        raise MemoryError


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_who_breaks_in_line_is_not_in_it_any_more(desk: Desk) -> None:
    line = desk.registry._pool

    def meanwhile(ledger: Ledger) -> None:
        named("R1")(ledger)
        ahead = list(line._waiting)
        with pytest.raises(MemoryError):
            line._let_in(pool._Writer(None, Broken()))
        assert list(line._waiting) == ahead
        assert len(ahead) == 1

    writers = [Writer(meanwhile), Writer(named("R2"))]
    together(desk, *writers)
    assert [each.error for each in writers] == [None, None]
    assert not line._at_work


def register_and_fail_at_the_checkpoint(ledger: Ledger) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    named("R2")(ledger)
    ledger.when_sealed(fail)


def test_what_befell_the_only_one_who_wrote_is_not_said_to_who_was_refused(desk: Desk) -> None:
    writers = [Writer(register_and_fail_at_the_checkpoint), Writer(nothing_there)]
    together(desk, *writers)
    assert [type(each.error) for each in writers] == [ZeroDivisionError, Unavailable]


def test_what_fails_from_the_checkpoint_on_is_acknowledged_to_nobody(desk: Desk) -> None:
    writers = [
        Writer(named("R1")),
        Writer(register_and_fail_at_the_checkpoint),
        Writer(named("R3")),
    ]
    size = size_of(desk)
    together(desk, *writers)
    assert all(isinstance(each.error, Unavailable) for each in writers)
    assert size_of(desk) == size
    after = Writer(named("R4"))
    after.write(desk)
    assert after.error is None
    assert desk.fsck().wrong is None


@pytest.mark.parametrize("many", [1, 2])
def test_nobody_is_answered_before_the_head_is_in_its_second_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    def no_place(_: HeadFile, head: Head) -> Head:
        raise Unavailable(f"no space left for {head.size}")

    writers = [Writer(named(f"R{number}")) for number in range(many)]
    size = size_of(desk)
    with monkeypatch.context() as patched:
        patched.setattr(HeadFile, "release", no_place)
        together(desk, *writers)
    for each in writers:
        assert isinstance(each.error, Unavailable)
        assert "this may be written" in each.error.message
        assert "the same Idempotency-Key" in each.error.message
    assert size_of(desk) == size + many, "as they were told"
    desk.rightsholder("R3")
    assert desk.fsck().wrong is None


def test_a_head_that_forked_is_said_to_all_who_wrote(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forked(_: HeadFile, head: Head) -> Head:
        raise LogRefuses(f"another log of {head.size} entries")

    writers = [Writer(named("R1")), Writer(named("R2"))]
    monkeypatch.setattr(HeadFile, "release", forked)
    together(desk, *writers)
    assert [type(each.error) for each in writers] == [LogRefuses] * 2


def test_a_driver_that_refuses_is_unavailable_to_the_one_who_asked_it(desk: Desk) -> None:
    def ask_for_what_is_not_there(ledger: Ledger) -> None:
        ledger.uow.connection.execute(text("SELECT 1 FROM nowhere"))

    writers = [Writer(named("R1")), Writer(ask_for_what_is_not_there), Writer(named("R3"))]
    together(desk, *writers)
    kind = (
        desk.registry.engine.dialect.name
    )  # PostgreSQL carries out nothing more in this transaction
    before = type(None) if kind == "sqlite" else Unavailable
    assert [type(each.error) for each in writers] == [before, Unavailable, type(None)]
    assert desk.fsck().wrong is None


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_connection_that_is_lost_takes_all_with_it_who_wrote_over_it(desk: Desk) -> None:
    def lose(ledger: Ledger) -> None:
        named("R2")(ledger)
        pid = ledger.uow.connection.scalar(text("SELECT pg_backend_pid()"))
        with desk.registry.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    writers = [Writer(named("R1")), Writer(lose), Writer(named("R3"))]
    size = size_of(desk)
    together(desk, *writers)
    assert [type(each.error) for each in writers] == [Unavailable] * 3
    assert size_of(desk) == size
    desk.rightsholder("R4")
    assert desk.fsck().wrong is None


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("before", [1, 2])
def test_a_connection_that_is_lost_while_somebody_reads_is_said_to_all(
    desk: Desk, before: int
) -> None:
    def lose(ledger: Ledger) -> None:
        ledger.uow.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    writers = [Writer(named(f"R{number}")) for number in range(before)]
    writers += [Writer(lose), Writer(named("R9"))]
    size = size_of(desk)
    together(desk, *writers)
    wanted = [Unavailable] * (before + 1) + [type(None)]
    assert [type(each.error) for each in writers] == wanted
    assert size_of(desk) == size + 1
    assert desk.fsck().wrong is None


def test_two_with_one_key_do_not_share(desk: Desk) -> None:
    keys = ["a", "b", "a", None, None]
    writers = [Writer(named(f"R{number}"), key=key) for number, key in enumerate(keys)]
    before = count_checkpoints(desk)
    together(desk, *writers)
    assert [each.error for each in writers] == [None] * 5
    sizes = [each.receipts[0].checkpoint.split("\n")[1] for each in writers]
    assert sizes[0] == sizes[1] != sizes[2] == sizes[3] == sizes[4]
    assert count_checkpoints(desk) == before + 2


def test_a_line_that_is_too_long_is_said_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MOST_WAITING", 0)
    told: list[RegistryError] = []

    def another(ledger: Ledger) -> None:
        named("R1")(ledger)
        with pytest.raises(Unavailable) as caught, desk.registry.writing_together(None):
            pass
        told.append(caught.value)

    writer = Writer(another)
    writer.write(desk)
    assert writer.error is None
    assert "too many" in told[0].message
