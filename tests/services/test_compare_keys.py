"""fsck holds the key tables against the log."""

import pytest
from sqlalchemy import delete, update

from registry.services.keep_keys import report_compromise, rotate_key
from registry.services.register_platform import add_platform_key, revoke_platform_key
from registry.signing.keys import KeyPurpose, generate
from registry.storage.engine import writing
from registry.storage.tables import platform_keys, signing_keys
from tests.registries import STEWARD, Desk


@pytest.fixture
def with_keys(desk: Desk) -> Desk:
    """Keys that were rotated, reported, added and revoked."""
    registry = desk.registry
    platform = desk.platform()
    kids = []
    for _ in range(2):
        with registry.writing() as ledger:
            kids.append(
                add_platform_key(ledger, platform, dict(generate().public.jwk), STEWARD).kid
            )
    with registry.writing() as ledger:
        revoke_platform_key(ledger, kids[0], STEWARD)
        rotate_key(ledger, registry.key_files, KeyPurpose.RECORDS, STEWARD)
    with registry.writing() as ledger:
        answers = ledger.signers[KeyPurpose.ANSWERS].kid
        report_compromise(ledger, registry.key_files, answers, desk.clock(), STEWARD)
    return desk


def test_what_the_commands_did_is_what_the_log_says(with_keys: Desk) -> None:
    assert with_keys.fsck().wrong is None


@pytest.mark.parametrize(
    "change",
    [
        update(signing_keys).where(signing_keys.c.compromised_at > 0).values(compromised_at=None),
        update(signing_keys).where(signing_keys.c.not_after > 0).values(not_after=None),
        update(signing_keys).where(signing_keys.c.purpose == "tokens").values(not_before=1),
        delete(signing_keys).where(signing_keys.c.compromised_at > 0),
        update(platform_keys).values(revoked_at=None),
        update(platform_keys).values(platform="somebody"),
        delete(platform_keys).where(platform_keys.c.revoked_at > 0),
    ],
    ids=lambda statement: str(statement).split("\n")[0],
)
def test_a_key_changed_by_hand_is_named(with_keys: Desk, change: object) -> None:
    with writing(with_keys.registry.engine) as connection:
        connection.execute(change)  # type: ignore[call-overload]
    wrong = with_keys.fsck().wrong
    assert wrong is not None
    assert "keys [kid=" in wrong
