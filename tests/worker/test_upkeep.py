"""What a registry does for itself: changed lists are signed anew, a broken log is noticed, the old is forgotten."""

import json

import pytest
from sqlalchemy import text

from registry.errors import VerificationFailed
from registry.instants import DAY_MS, HOUR_MS
from registry.services.declare import withdraw
from registry.services.publish_status import sign_status_list
from registry.services.tidy import REPLIES_KEPT_MS
from registry.signing import base64url
from registry.signing.status_list import is_revoked
from registry.storage.jobs import Job, JobState
from registry.storage.replies import Reply
from registry.worker.kinds import KINDS
from registry.worker.upkeep import check_log, publish_status_lists, tidy
from tests.registries import START, STEWARD, Desk

ISRC = "isrc:GBAYE0601498"
JOB = Job("id", "kind", "", 0, JobState.RUNNING, 1, 1, 1, None, None, 0, None)


def sign(desk: Desk) -> None:
    registry = desk.registry
    with registry.bookkeeping() as uow:
        sign_status_list(uow, registry.signers(), registry.place, 1, desk.clock())


def made_at(desk: Desk) -> int:
    with desk.registry.reading() as uow:
        signed = uow.statuses.signed(1)
    assert signed is not None
    return signed.made_at


def test_a_list_is_signed_anew_when_a_record_in_it_has_ended_and_not_before(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    said = desk.declare(work, generative_training="deny")
    sign(desk)
    desk.clock.forward(2 * HOUR_MS)
    publish_status_lists(desk.registry, JOB)
    assert made_at(desk) == desk.clock() - 2 * HOUR_MS
    desk.declare(work, generative_training="deny", ai_input="deny")  # replaces what was said
    desk.clock.forward(1_000)
    publish_status_lists(desk.registry, JOB)
    assert made_at(desk) == desk.clock()
    with desk.registry.reading() as uow:
        credential = uow.statuses.signed(1)
    assert credential is not None
    status = payload(said.record.jws)["credentialStatus"]
    assert is_revoked(status, payload(credential.credential.decode()))


def payload(jws: str) -> dict[str, object]:
    members: dict[str, object] = json.loads(base64url.decode(jws.split(".")[1], "payload"))
    return members


def test_a_list_is_signed_anew_before_its_copies_expire(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    publish_status_lists(desk.registry, JOB)
    with desk.registry.reading() as uow:
        assert uow.statuses.signed(1) is None, "nobody asked for it yet"
    sign(desk)
    desk.clock.forward(DAY_MS // 2 + 1)
    publish_status_lists(desk.registry, JOB)
    assert made_at(desk) == desk.clock()


def test_a_log_that_holds_is_found_to_hold_and_a_changed_tile_is_not(desk: Desk) -> None:
    desk.work(ISRC)
    check_log(desk.registry, JOB)
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(
            text("UPDATE log_tiles SET hashes = :hashes WHERE level = 0 AND number = 0"),
            {"hashes": bytes(256 * 32)},
        )
    with pytest.raises(VerificationFailed, match="another root"):
        check_log(desk.registry, JOB)


def test_tidying_forgets_what_is_over_and_keeps_what_is_not(desk: Desk) -> None:
    registry = desk.registry
    with registry.bookkeeping() as uow:
        for number in range(2_500):
            uow.replies.keep("t", f"old{number}", b"d", Reply(200, b""), START)
        uow.replies.keep("t", "fresh", b"d", Reply(200, b""), START + REPLIES_KEPT_MS)
    registry.nonces.spend("key", "nonce", until=START + 1, now=START)
    desk.clock.forward(REPLIES_KEPT_MS + 1)
    tidy(registry, JOB)
    with registry.reading() as uow:
        assert uow.replies.find("t", "old0", b"d") is None
        assert uow.replies.find("t", "old2499", b"d") is None
        assert uow.replies.find("t", "fresh", b"d") is not None
    assert registry.nonces.spend("key", "nonce", until=desk.clock() + 1, now=desk.clock())
    assert registry.nonces.born_at() == START


def test_every_standing_kind_runs_on_a_fresh_registry(desk: Desk) -> None:
    for kind in KINDS.values():
        if kind.every is not None:
            kind.run(desk.registry, JOB)
    assert desk.fsck().wrong is None


def test_a_withdrawal_reaches_the_list(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    said = desk.declare(work, generative_training="deny", ai_input="deny")
    sign(desk)
    desk.clock.forward(1_000)
    with desk.registry.writing() as ledger:
        withdraw(ledger, desk.rightsholder(), said.record.id, STEWARD)
    desk.clock.forward(desk.registry.settings.loosening_delay + 1)
    publish_status_lists(desk.registry, JOB)
    assert made_at(desk) == desk.clock()
