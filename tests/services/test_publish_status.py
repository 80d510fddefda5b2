"""Status lists: a bit is set when the last of what a record states has ended, and never before."""

import json

import pytest

from registry.errors import NotFound
from registry.services.declare import withdraw
from registry.services.publish_status import FRESH_MS, fresh_status_list, sign_status_list
from registry.services.settle_loosening import cancel_loosening
from registry.signing import base64url
from registry.signing.credential import open_credential
from registry.signing.keys import KeyPurpose
from registry.signing.status_list import is_revoked
from registry.storage.statuses import SignedList
from tests.registries import DAY, HOUR, STEWARD, TOKEN, Desk

ISRC = "isrc:GBAYE0601498"


def signed(desk: Desk, number: int = 1) -> SignedList:
    registry = desk.registry
    with registry.bookkeeping() as uow:
        return sign_status_list(uow, registry.signers(), registry.place, number, desk.clock())


def is_set(desk: Desk, jws: str) -> bool:
    """Is the record revoked by the list as published now?"""
    status = json.loads(base64url.decode(jws.split(".")[1], "record"))["credentialStatus"]
    number = int(status["statusListCredential"].rpartition("/")[2])
    registry = desk.registry
    find = registry.signers().keyring.finder(
        registry.place.issuer, KeyPurpose.RECORDS, desk.clock()
    )
    listed = open_credential(
        signed(desk, number).credential.decode(),
        find,
        expected_type="BitstringStatusListCredential",
    )
    return is_revoked(status, listed)


def test_a_withdrawal_sets_the_bit_on_effect_and_not_on_issue(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="deny")
    assert not is_set(desk, made.record.jws)
    with desk.registry.writing() as ledger:
        ended = withdraw(ledger, desk.rightsholder(), made.record.id, STEWARD)
    assert ended.takes_effect_at is not None
    desk.clock.now = ended.takes_effect_at - 1
    assert not is_set(desk, made.record.jws)
    desk.clock.forward(FRESH_MS)
    assert is_set(desk, made.record.jws)


def test_an_unconfirmed_withdrawal_sets_no_bit_until_it_is_confirmed(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="deny")
    with desk.registry.writing() as ledger:
        ended = withdraw(ledger, desk.rightsholder(), made.record.id, TOKEN)
    desk.clock.forward(30 * DAY)
    assert not is_set(desk, made.record.jws)
    desk.confirm(ended.record.id)
    desk.clock.forward(FRESH_MS)
    assert is_set(desk, made.record.jws)


def test_a_cancelled_withdrawal_sets_no_bit(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="deny")
    with desk.registry.writing() as ledger:
        ended = withdraw(ledger, desk.rightsholder(), made.record.id, STEWARD)
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, ended.record.id, STEWARD)
    desk.clock.forward(30 * DAY)
    assert not is_set(desk, made.record.jws)


def test_a_record_that_is_superseded_in_every_category_is_over_and_one_in_some_is_not(
    desk: Desk,
) -> None:
    work, _ = desk.work(ISRC)
    first = desk.declare(work, generative_training="deny", search="deny")
    desk.declare(work, generative_training="deny")
    desk.clock.forward(HOUR)
    assert not is_set(desk, first.record.jws)
    desk.declare(work, search="deny")
    desk.clock.forward(HOUR)
    assert is_set(desk, first.record.jws)


def test_what_supersedes_for_a_while_only_sets_no_bit(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    first = desk.declare(work, generative_training="deny")
    for_a_day = desk.declare(work, generative_training="deny", valid_until=desk.clock() + DAY)
    desk.clock.forward(2 * DAY)
    assert not is_set(desk, first.record.jws)
    assert is_set(desk, for_a_day.record.jws)


def test_a_record_of_a_window_is_over_when_the_window_is(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="deny", valid_until=desk.clock() + DAY)
    desk.clock.forward(DAY - 1)
    assert not is_set(desk, made.record.jws)
    desk.clock.forward(FRESH_MS)
    assert is_set(desk, made.record.jws)


def test_a_list_is_signed_at_most_once_a_minute_whoever_asks(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    first = signed(desk)
    desk.clock.forward(FRESH_MS - 1)
    assert signed(desk) == first
    with desk.registry.reading() as uow:
        assert fresh_status_list(uow, 1, desk.clock()) == first
    desk.clock.forward(1)
    with desk.registry.reading() as uow:
        assert fresh_status_list(uow, 1, desk.clock()) is None
    assert signed(desk).made_at == desk.clock()


def test_a_list_without_records_is_none(desk: Desk) -> None:
    with pytest.raises(NotFound):
        signed(desk, 1)
