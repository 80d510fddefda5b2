"""Platforms: who they are, whose affiliates, and keys that are theirs alone."""

import pytest

from registry.domain.vocabulary import Decision
from registry.errors import Conflict, InvalidInput, KeyRefused, NotFound
from registry.services.register_platform import (
    add_platform_key,
    affiliate_platform,
    end_affiliation,
    register_platform,
    revoke_platform_key,
)
from registry.signing.keys import generate
from tests.registries import STEWARD, Desk

ISRC = "isrc:GBAYE0601498"


def test_a_denial_to_the_parent_reaches_its_affiliate_also_after_they_part(desk: Desk) -> None:
    parent, child = desk.platform("P"), desk.platform("Q")
    work, _ = desk.work(ISRC)
    desk.declare(work, to=parent, generative_training="deny")
    assert desk.ask(ISRC, asker=child).answer.decision is Decision.UNSTATED  # type: ignore[union-attr]
    with desk.registry.writing() as ledger:
        affiliate_platform(ledger, child, parent, STEWARD)
        with pytest.raises(Conflict):
            affiliate_platform(ledger, child, parent, STEWARD)
    assert desk.ask(ISRC, asker=child).answer.decision is Decision.DENY  # type: ignore[union-attr]
    with desk.registry.writing() as ledger:
        end_affiliation(ledger, child, parent, STEWARD)
        with pytest.raises(NotFound):
            end_affiliation(ledger, child, parent, STEWARD)
    assert desk.ask(ISRC, asker=child).answer.decision is Decision.DENY  # type: ignore[union-attr]


def test_a_key_belongs_to_one_platform_and_never_comes_back(desk: Desk) -> None:
    platform, other = desk.platform("P"), desk.platform("Q")
    jwk = dict(generate().public.jwk)
    with desk.registry.writing() as ledger:
        key = add_platform_key(ledger, platform, jwk, STEWARD)
        with pytest.raises(Conflict) as raised:
            add_platform_key(ledger, other, jwk, STEWARD)
        assert raised.value.field == "key"
        revoke_platform_key(ledger, key.kid, STEWARD)
        with pytest.raises(NotFound):
            revoke_platform_key(ledger, key.kid, STEWARD)
        with pytest.raises(Conflict):
            add_platform_key(ledger, platform, jwk, STEWARD)
    with desk.registry.reading() as uow:
        assert uow.projection.dossier("platform", platform).keys == []  # type: ignore[union-attr]


def test_keys_and_parents_that_must_not_be_are_refused(desk: Desk) -> None:
    platform = desk.platform()
    with desk.registry.writing() as ledger:
        low_order = {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}
        with pytest.raises(KeyRefused):
            add_platform_key(ledger, platform, low_order, STEWARD)
        with pytest.raises(NotFound):
            add_platform_key(ledger, "no id", dict(generate().public.jwk), STEWARD)
        with pytest.raises(InvalidInput) as raised:
            affiliate_platform(ledger, platform, platform, STEWARD)
        assert raised.value.field == "parent"
        for name, entity, field in (("", "x", "name"), ("x", "a\nb", "legal_entity")):
            with pytest.raises(InvalidInput) as wrong:
                register_platform(ledger, name, entity, STEWARD)
            assert wrong.value.field == field
