"""Who acts: a token, or a session whose proof is old, can only propose what loosens; a person at the command line, or
one who has just shown who they are, is freshly signed in."""

from registry.services.actor import REGISTRY, Actor


def test_who_has_just_shown_who_they_are_is_freshly_signed_in() -> None:
    assert not Actor("id", "token").is_fresh
    assert not Actor("id", "account").is_fresh
    assert Actor("id", "fresh-account").is_fresh
    assert Actor("alice", "steward").is_fresh
    assert REGISTRY.is_fresh
