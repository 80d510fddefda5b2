"""What the operator does is logged, and reaches dossiers only where somebody asks."""

import json

import pytest

from registry.domain.event_body import AnyEvent, Sequenced, decode_body, encode_body
from registry.domain.operator_events import (
    KeyAdded,
    KeyCompromised,
    KeyRetired,
    PlatformAffiliated,
    PlatformRegistered,
    RuleTablesAdopted,
)
from registry.domain.state import State


def test_a_key_is_stored_with_its_public_half_as_a_jwk() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}
    added = KeyAdded(kid="k", purpose="records", algorithm="Ed25519", jwk=jwk, not_before=5)
    assert json.loads(encode_body(added, "s")) == {
        "type": "key.added",
        "kid": "k",
        "purpose": "records",
        "algorithm": "Ed25519",
        "jwk": jwk,
        "not_before": 5,
        "salt": "s",
    }


def test_an_affiliation_names_who_belongs_to_whom() -> None:
    joined = PlatformAffiliated(platform="child", parent="group")
    assert decode_body(encode_body(joined, "s")) == joined
    assert joined != PlatformAffiliated(platform="group", parent="child")


@pytest.mark.parametrize(
    "event",
    [
        RuleTablesAdopted(vocabulary="1", canonical_form="1", host_rules="1"),
        KeyRetired(kid="k", purpose="records"),
        KeyCompromised(kid="k", purpose="records", since=1),
    ],
)
def test_rule_tables_and_the_registrys_own_keys_touch_no_dossier(event: AnyEvent) -> None:
    state = State()
    state.apply(Sequenced(0, 1, bytes(32), event))
    assert (state.handles, state.holdings) == ({}, {})
    with pytest.raises(LookupError):
        state.dossier("platform", "k")


def test_a_platform_becomes_known() -> None:
    registered = PlatformRegistered(platform="p", name="Tune", legal_entity="Tune Ltd")
    state = State([Sequenced(0, 1, bytes(32), registered)])
    assert state.dossier("platform", "p").id == "p"
