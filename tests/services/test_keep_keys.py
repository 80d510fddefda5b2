"""Keys are made once, rotated without a gap, and everything about them is logged."""

import pytest

from registry.errors import NotFound
from registry.services.keep_keys import adopt_rule_tables, report_compromise, rotate_key
from registry.signing.keys import KeyPurpose
from tests.registries import HOUR, STEWARD, Desk


def logged(desk: Desk) -> list[str]:
    with desk.registry.reading() as uow:
        return [event.type for event in uow.log.events()]


def test_the_log_begins_with_the_rule_tables_and_one_key_a_purpose(desk: Desk) -> None:
    assert logged(desk) == ["rule-tables.adopted"] + ["key.added"] * len(KeyPurpose)
    with desk.registry.reading() as uow:
        assert sorted(k.purpose for k in uow.keys.all()) == sorted(p.value for p in KeyPurpose)


def test_starting_again_makes_and_logs_nothing_new(desk: Desk) -> None:
    before = logged(desk)
    desk.registry.prepare()
    assert logged(desk) == before
    with desk.registry.writing() as ledger:
        assert not adopt_rule_tables(ledger)


@pytest.mark.parametrize("purpose", list(KeyPurpose))
def test_the_fresh_key_signs_at_once_and_the_old_one_stays_published(
    desk: Desk, purpose: KeyPurpose
) -> None:
    old = desk.registry.signers()[purpose].kid
    desk.clock.forward(HOUR)
    with desk.registry.writing() as ledger:
        fresh = rotate_key(ledger, desk.registry.key_files, purpose, STEWARD)
    desk.clock.forward(HOUR)
    signers = desk.registry.signers()
    assert signers[purpose].kid == fresh.kid != old
    assert {old, fresh.kid} <= {key["kid"] for key in signers.keyring.jwks()["keys"]}
    assert logged(desk)[-2:] == ["key.retired", "key.added"]
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.declare(work, generative_training="deny")
    assert desk.fsck().wrong is None


def test_a_compromised_key_is_replaced_and_one_that_is_unknown_is_named(desk: Desk) -> None:
    old = desk.registry.signers()[KeyPurpose.ANSWERS].kid
    desk.clock.forward(HOUR)
    with desk.registry.writing() as ledger:
        report_compromise(ledger, desk.registry.key_files, old, desk.clock() - HOUR // 2, STEWARD)
        with pytest.raises(NotFound) as raised:
            report_compromise(ledger, desk.registry.key_files, "none", 0, STEWARD)
    assert raised.value.field == "kid"
    desk.clock.forward(HOUR)
    assert desk.registry.signers()[KeyPurpose.ANSWERS].kid != old
    assert logged(desk)[-3:] == ["key.compromised", "key.retired", "key.added"]


def test_private_keys_are_readable_by_their_owner_alone(desk: Desk) -> None:
    files = list(desk.registry.key_files.folder.iterdir())
    assert len(files) == len(KeyPurpose)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
