"""Writing to the log: durable, sequenced, receipted, or refused."""

import hashlib
import json
import sqlite3
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import update

from registry.bootstrap import open_registry
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Preference
from registry.errors import LogRefuses, Unavailable
from registry.services.declare import declare
from registry.services.ledger import CLOCK_STEP_MS, receipt
from registry.services.open_account import register_rightsholder
from registry.signing import base64url
from registry.signing.keys import KeyPurpose
from registry.signing.note import verify_note, vkey
from registry.storage.head_file import Head
from registry.storage.tables import log_head
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry, blind
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import verify_inclusion
from tests.parallel import PROCESSES, in_processes
from tests.registries import STEWARD, Desk, MovedClock, open_desk, settings_for
from tests.services.random_writers import declare_many, prepare_one


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
        id=blind(made.record.id),
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
        given = receipt(uow, first, head)
    leaf = leaf_hash(
        LogEntry(
            first.type, blind(first.id), hashlib.sha256(first.body).digest(), first.at
        ).encode()
    )
    verify_inclusion(leaf, 0, head.head.size, given.proof, head.head.root)


def test_writers_in_several_processes_make_one_log_without_gap_or_fork(
    tmp_path: Path, database_url: str
) -> None:
    desk = open_desk(tmp_path, database_url)
    work, _ = desk.work("isrc:GBAYE0601498")
    holder, at_first = desk.rightsholder(), desk.fsck().events
    arguments = [(str(tmp_path), database_url, holder, work, 12)] * PROCESSES
    places = [place for each in in_processes(declare_many, arguments) for place in each]
    assert sorted(places) == list(range(at_first, at_first + 12 * PROCESSES))
    with desk.registry.reading() as uow:
        times = [stored.at for stored in uow.log.events(at_first)]
    assert all(earlier < later for earlier, later in pairwise(times))
    report = desk.fsck()
    assert (report.wrong, report.records) == (None, 12 * PROCESSES)
    desk.registry.close()


def test_writers_in_several_threads_make_one_log_too(desk: Desk) -> None:
    errors: list[BaseException] = []

    def write(thread: int) -> None:
        try:
            for n in range(8):
                with desk.registry.writing() as ledger:
                    register_rightsholder(ledger, f"R{thread}.{n}", STEWARD)
        except BaseException as error:
            errors.append(error)

    at_first = desk.fsck().events
    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    report = desk.fsck()
    assert (report.wrong, report.events) == (None, at_first + 48)


def test_processes_that_start_together_make_one_log(tmp_path: Path, database_url: str) -> None:
    sizes = in_processes(prepare_one, [(str(tmp_path), database_url)] * PROCESSES)
    assert len(set(sizes)) == 1
    registry = open_registry(settings_for(tmp_path, database_url))
    report = Desk(registry, MovedClock()).fsck()
    assert (report.wrong, report.events) == (None, sizes[0])
    registry.close()


def test_a_second_sequencer_that_moved_the_head_is_noticed_before_anything_is_signed(
    desk: Desk,
) -> None:
    def write_while_the_head_moves(**values: object) -> None:
        with desk.registry.writing() as ledger:
            register_rightsholder(ledger, "R2", STEWARD)
            ledger.uow.connection.execute(update(log_head).values(**values))

    desk.rightsholder()
    before = desk.fsck().events
    for values in ({"size": before + 1}, {"root": bytes(32)}):
        with pytest.raises(LogRefuses, match="second sequencer"):
            write_while_the_head_moves(**values)
    report = desk.fsck()
    assert (report.wrong, report.events) == (None, before)


def test_a_restored_backup_is_not_written_to_and_an_operator_may_decide_so(tmp_path: Path) -> None:
    store = tmp_path / "registry.sqlite"
    desk = open_desk(tmp_path, f"sqlite:///{store}")
    with sqlite3.connect(store) as live, sqlite3.connect(tmp_path / "backup") as backup:
        live.backup(backup)
    live.close()
    backup.close()
    desk.rightsholder("after the backup")
    desk.registry.close()
    for file in tmp_path.glob("registry.sqlite*"):
        file.unlink()
    (tmp_path / "backup").rename(store)
    desk.registry = open_registry(desk.registry.settings, desk.clock)
    with pytest.raises(LogRefuses, match="restored backup"):
        desk.rightsholder("R2")
    assert "was released" in str(desk.fsck().wrong)
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    desk.registry.head_file.overwrite(head.head)
    desk.rightsholder("R2")
    assert desk.fsck().wrong is None
    desk.registry.close()


def test_a_store_that_another_writer_holds_for_too_long_is_unavailable(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.storage.engine.BUSY_MS", 200)
    desk = open_desk(tmp_path, database_url)
    with desk.registry.writing(), pytest.raises(Unavailable, match="nothing was acknowledged"):
        desk.rightsholder()
    desk.rightsholder()
    desk.registry.close()


def test_the_offline_form_of_a_receipt_is_a_tlog_proof(desk: Desk) -> None:
    with desk.registry.writing() as ledger:
        register_rightsholder(ledger, "R1", STEWARD)
        given = ledger.receipt(0)
    assert given.tlog_proof().startswith("c2sp.org/tlog-proof@v1\n")
    assert given.checkpoint in given.tlog_proof()


def test_what_is_signed_is_named_after_the_log_whatever_the_process_was_told_of_where_it_stands(
    desk: Desk,
) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    told = replace(
        desk.registry.settings, public_url="http://127.0.0.1:9", public_url_is_given=False
    )
    elsewhere = open_registry(told, desk.clock)
    with elsewhere.writing() as ledger:
        wish = Wish(preferences={"search": Choice(Preference.DENY)})
        holder = desk.rightsholder("R1")
        said = declare(ledger, holder, Subject("work", work), wish, STEWARD)
    elsewhere.close()
    credential = json.loads(base64url.decode(said.record.jws.split(".")[1], "record"))
    named = desk.registry.place.public_url
    assert credential["id"].startswith(f"{named}/v1/records/")
    assert credential["credentialStatus"]["statusListCredential"].startswith(f"{named}/v1/status/")
    assert "127.0.0.1" not in json.dumps(credential)
