"""Who acts: a token can only propose what loosens; a person at the command line is freshly signed in."""

from registry.services.actor import REGISTRY, Actor


def test_everybody_but_a_token_is_freshly_signed_in() -> None:
    assert not Actor("id", "token").is_fresh
    assert Actor("alice", "steward").is_fresh
    assert REGISTRY.is_fresh
