"""Test keys: a platform's own, never somebody's real key, and not in the log."""

import pytest

from registry.errors import Conflict, KeyRefused, NotFound
from registry.services.add_test_key import MOST_TEST_KEYS, add_test_key, revoke_test_key
from registry.services.register_platform import add_platform_key
from registry.signing.keys import generate
from tests.registries import STEWARD, Desk


def test_a_key_is_a_test_key_or_a_real_one_and_never_both(desk: Desk) -> None:
    platform, one, two = desk.platform(), generate().public, generate().public
    with desk.registry.writing() as ledger:
        add_platform_key(ledger, platform, one.jwk, STEWARD)
        size = ledger.uow.log.head()
        with pytest.raises(Conflict):
            add_test_key(ledger.uow, platform, one.jwk, ledger.now, STEWARD)
        add_test_key(ledger.uow, platform, two.jwk, ledger.now, STEWARD)
        with pytest.raises(Conflict):
            add_platform_key(ledger, platform, two.jwk, STEWARD)
        revoke_test_key(ledger.uow, platform, two.kid, ledger.now, STEWARD)
        with pytest.raises(Conflict):
            add_platform_key(ledger, platform, two.jwk, STEWARD)
        assert ledger.uow.log.head() == size


def test_one_platform_does_not_revoke_anothers(desk: Desk) -> None:
    platform, other, key = desk.platform(), desk.platform("Q"), generate().public
    with desk.registry.bookkeeping() as uow:
        add_test_key(uow, platform, key.jwk, desk.clock.now, STEWARD)
        for whose, kid in ((other, key.kid), (platform, "unknown")):
            with pytest.raises(NotFound):
                revoke_test_key(uow, whose, kid, desk.clock.now, STEWARD)
        revoke_test_key(uow, platform, key.kid, desk.clock.now, STEWARD)
        with pytest.raises(NotFound):
            revoke_test_key(uow, platform, key.kid, desk.clock.now, STEWARD)


def test_there_are_not_too_many_and_no_bad_ones(desk: Desk) -> None:
    platform = desk.platform()
    with desk.registry.bookkeeping() as uow:
        with pytest.raises(KeyRefused):
            add_test_key(uow, platform, {"kty": "RSA"}, 1, STEWARD)
        for _ in range(MOST_TEST_KEYS):
            add_test_key(uow, platform, generate().public.jwk, 1, STEWARD)
        with pytest.raises(Conflict):
            add_test_key(uow, platform, generate().public.jwk, 1, STEWARD)
