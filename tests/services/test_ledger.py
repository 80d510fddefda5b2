"""Writing to the log: durable, sequenced, receipted, or refused."""

import hashlib

import pytest

from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.errors import LogRefuses
from registry.services.declare import declare
from registry.services.ledger import CLOCK_STEP_MS, receipt
from registry.services.open_account import register_rightsholder
from registry.signing.keys import KeyPurpose
from registry.signing.note import verify_note, vkey
from registry.storage.head_file import Head
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import verify_inclusion
from tests.registries import STEWARD, Desk


def the_vkey(desk: Desk) -> str:
    place, signers = desk.registry.place, desk.registry.signers()
    return vkey(place.origin, signers[KeyPurpose.LOG].public.raw)


def test_a_receipt_proves_the_record_under_a_checkpoint_signed_in_the_same_transaction(
    desk: Desk,
) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    with desk.registry.writing() as ledger:
        made = declare(
            ledger, desk.rightsholder(), Subject("work", work), Wish(preset="no-ai"), STEWARD
        )
        given = ledger.receipt(made.record.seq)
    note = verify_note(given.checkpoint, [the_vkey(desk)])
    checkpoint = Checkpoint.parse(note.text)
    entry = LogEntry(
        type="declaration.issued",
        id=made.record.id,
        digest=hashlib.sha256(made.record.jws.encode()).digest(),
        at=ledger.now,
    )
    verify_inclusion(
        leaf_hash(entry.encode()), given.index, checkpoint.size, given.proof, checkpoint.root
    )
    assert checkpoint.size == made.record.seq + 1


def test_times_of_transactions_rise_even_when_the_clock_stands_still(desk: Desk) -> None:
    for _ in range(3):
        desk.work("isrc:GBAYE0601498")
    with desk.registry.reading() as uow:
        times = [stored.at for stored in uow.log.events()]
    assert times == sorted(times)
    assert len(set(times[-3:])) == 3


def test_a_failed_transaction_leaves_nothing_behind(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        before = uow.log.head()

    def fail_after_sealing() -> None:
        with desk.registry.writing() as ledger:
            register_rightsholder(ledger, "Nobody", STEWARD)
            ledger.seal()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_sealing()
    with desk.registry.reading() as uow:
        assert uow.log.head() == before
    desk.rightsholder("Somebody")
    assert desk.fsck().wrong is None


def test_the_log_refuses_to_sign_below_a_head_that_was_released(desk: Desk) -> None:
    desk.rightsholder()
    released = desk.registry.head_file.read()
    assert released is not None
    desk.registry.head_file.overwrite(Head(released.size + 5, released.root, released.at))
    with pytest.raises(LogRefuses, match="restored backup"):
        desk.rightsholder("R2")


def test_the_log_refuses_to_sign_over_another_history_than_the_one_released(desk: Desk) -> None:
    desk.rightsholder()
    released = desk.registry.head_file.read()
    assert released is not None
    desk.registry.head_file.overwrite(Head(released.size, b"\1" * 32, released.at))
    with pytest.raises(LogRefuses, match="changed or forked"):
        desk.rightsholder("R2")


def test_a_head_that_was_not_released_before_a_crash_does_not_stop_the_log(desk: Desk) -> None:
    desk.rightsholder()
    released = desk.registry.head_file.read()
    assert released is not None
    desk.rightsholder("R2")
    desk.registry.head_file.overwrite(released)
    desk.rightsholder("R3")
    assert desk.fsck().wrong is None


def test_a_clock_set_back_stops_the_log_and_a_small_step_does_not(desk: Desk) -> None:
    desk.rightsholder()
    desk.clock.forward(-CLOCK_STEP_MS // 2)
    desk.rightsholder("R2")
    desk.clock.forward(-CLOCK_STEP_MS)
    with pytest.raises(LogRefuses, match="clock"):
        desk.rightsholder("R3")


def test_nothing_can_be_added_to_a_sealed_transaction(desk: Desk) -> None:
    with desk.registry.writing() as ledger:
        register_rightsholder(ledger, "One", STEWARD)
        ledger.seal()
        with pytest.raises(LogRefuses, match="sealed"):
            register_rightsholder(ledger, "Two", STEWARD)


def test_an_older_event_gets_a_receipt_under_the_newest_checkpoint(desk: Desk) -> None:
    for name in ("R1", "R2", "R3"):
        desk.rightsholder(name)
    with desk.registry.reading() as uow:
        head = uow.log.head()
        assert head is not None
        first = uow.log.event_at(0)
        assert first is not None
        given = receipt(uow, 0, head)
    leaf = leaf_hash(
        LogEntry(first.type, first.id, hashlib.sha256(first.body).digest(), first.at).encode()
    )
    verify_inclusion(leaf, 0, head.head.size, given.proof, head.head.root)
