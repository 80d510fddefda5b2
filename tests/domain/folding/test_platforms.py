"""Platforms as they stand: who they belong to, and which keys hold."""

from registry.domain.dossiers import Platform
from registry.domain.folding.access import the_platform
from registry.domain.operator_events import (
    PlatformAffiliated,
    PlatformAffiliationEnded,
    PlatformKeyAdded,
    PlatformKeyRevoked,
)
from registry.domain.state import State
from tests.model.histories import Log, parties


def p1(log: Log) -> Platform:
    return the_platform(State(log.entries), "p1")


def test_an_affiliation_that_ended_stays_noted_so_that_denials_still_reach() -> None:
    log = parties()
    log.add(PlatformAffiliated("p1", "p2"))
    joined = log.entries[-1].seq
    log.add(PlatformAffiliated("p1", "p3"))
    log.add(PlatformAffiliationEnded("p1", "p2"))
    assert [(each.parent, each.since, each.ended) for each in p1(log).affiliations] == [
        ("p2", joined, True),
        ("p3", joined + 1, False),
    ]


def test_to_join_again_is_to_join_anew() -> None:
    log = parties()
    log.add(PlatformAffiliated("p1", "p2"))
    log.add(PlatformAffiliationEnded("p1", "p2"))
    log.add(PlatformAffiliated("p1", "p2"))
    assert [each.ended for each in p1(log).affiliations] == [True, False]
    assert p1(log).affiliations[1].since == log.entries[-1].seq


def test_a_key_that_is_revoked_holds_no_more() -> None:
    log = parties()
    for kid in ("a", "b"):
        log.add(PlatformKeyAdded("p1", kid))
    log.add(PlatformKeyRevoked("p1", "a"))
    assert p1(log).keys == ["b"]
