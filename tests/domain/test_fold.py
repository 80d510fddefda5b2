"""A log that refers to what it never made is broken, and says so instead of being half believed."""

from collections.abc import Mapping
from typing import get_args

import pytest

from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    ClaimBody,
    ClaimMade,
    ClaimObjected,
    Declared,
    DisputeDecided,
    DisputeOpened,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkBody,
    LinkConfirmed,
    LinkMade,
    LinkRemovalProposed,
    LocationRegistered,
    LooseningCancelled,
    LooseningConfirmed,
    ObjectionAnswered,
    StatementEnd,
    Subject,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.folding import declarations, platforms, proof, works
from registry.domain.operator_events import (
    ActsRooted,
    AsksRooted,
    KeyAdded,
    KeyCompromised,
    KeyRetired,
    PlatformAffiliated,
    PlatformAffiliationEnded,
    PlatformKeyAdded,
    PlatformKeyRevoked,
    RuleTablesAdopted,
)
from registry.domain.state import State
from registry.domain.vocabulary import Assurance, LinkKind, Role, Usage, WorkKind
from tests.domain.asking import URL
from tests.model.histories import of_work, parties

W, NOWHERE = Subject("work", "work"), Subject("work", "gone")
BODY = ClaimBody(id="c2", rightsholder="r1", role=Role.OTHER)
NOBODYS = ClaimBody(id="c2", rightsholder="gone", role=Role.OTHER)
CONTROLLED = Assurance.CONTROLLED

BROKEN: Mapping[str, AnyEvent] = {
    "a work claimed by nobody known": WorkRegistered("w2", WorkKind.TEXT, "", (URL,), NOBODYS),
    "a work linked to no work": WorkRegistered(
        "w2", WorkKind.TEXT, "", (URL,), BODY, (LinkBody("l", LinkKind.CONTAINS, "gone"),)
    ),
    "a location claimed by nobody known": LocationRegistered(
        "p", "https://artist.com/", False, NOBODYS
    ),
    "a claim on no work": ClaimMade(NOWHERE, BODY),
    "a claim on no location": ClaimMade(Subject("location", "work"), BODY),
    "a claim by nobody known": ClaimMade(W, NOBODYS),
    "an identifier of no work": IdentifierAdded("gone", URL, "r1"),
    "a removal from no work": IdentifierRemovalProposed("x", "gone", URL, "r1", 0),
    "a link of no work": LinkMade("l", "gone", LinkKind.CONTAINS, "work", "r1"),
    "a link to no work": LinkMade("l", "work", LinkKind.CONTAINS, "gone", "r1"),
    "a confirmation of no link": LinkConfirmed("gone", "work", "r1"),
    "a removal of no link": LinkRemovalProposed("x", "gone", "work", "r1", 0),
    "proof for no claim": AssuranceGained("g", "gone", W, "r1", CONTROLLED, "", identifier=URL),
    "proof on no work": AssuranceGained("g", "c", NOWHERE, "r1", CONTROLLED, "", identifier=URL),
    "a prefix of nobody known": AssuranceGained("g", "c", W, "no", CONTROLLED, "", prefix="isrc:"),
    "a lapse for no claim": AssuranceLapsed("g", "gone", W, "r1", ""),
    "a dispute of no claim": DisputeOpened("q", "gone", W, "r1", ""),
    "a decision on no claim": DisputeDecided("q", "gone", W, "r1", True, (), ""),
    "an objection to no claim": ClaimObjected("gone", W, "c", "r1"),
    "an answer about no claim": ObjectionAnswered("gone", W, (), ""),
    "a declaration on no work": Declared("d", "r1", NOWHERE, ()),
    "a declaration on no catalogue": Declared("d", "gone", Subject("catalogue", "gone"), ()),
    "the end of no declaration": Withdrawn("e", "gone", "r1", W, (StatementEnd(Usage.SEARCH),)),
    "a confirmation on no work": LooseningConfirmed("x", NOWHERE, "r1"),
    "a cancellation on no work": LooseningCancelled("x", NOWHERE, "r1"),
    "the affiliation of nobody known": PlatformAffiliated("gone", "p1"),
    "an affiliation with nobody known": PlatformAffiliated("p1", "gone"),
    "the end of nobody's affiliation": PlatformAffiliationEnded("gone", "p1"),
    "a key of nobody known": PlatformKeyAdded("gone", "k"),
    "no key of nobody known": PlatformKeyRevoked("gone", "k"),
}


@pytest.mark.parametrize("event", BROKEN.values(), ids=BROKEN.keys())
def test_an_event_that_refers_to_what_no_earlier_event_made_is_refused(event: AnyEvent) -> None:
    log = parties()
    log.add(
        WorkRegistered(
            "work", WorkKind.TEXT, "", (URL,), ClaimBody("c", "r1", Role.OTHER, inside="mine")
        )
    )
    state = State(log.entries)
    with pytest.raises(LookupError):
        state.apply(Sequenced(len(log.entries), log.now, bytes(32), event))


def test_every_event_is_folded_in_one_place_unless_no_dossier_holds_it() -> None:
    tables = [works.HANDLERS, proof.HANDLERS, declarations.HANDLERS, platforms.HANDLERS]
    folded = [kind for table in tables for kind in table]
    assert len(folded) == len(set(folded))
    assert set(get_args(AnyEvent)) - set(folded) == {
        RuleTablesAdopted,
        KeyAdded,
        KeyRetired,
        KeyCompromised,
        AsksRooted,
        ActsRooted,
    }


def test_the_same_log_gives_the_same_dossiers() -> None:
    log = parties()
    log.declare("r1", of_work(log.work("r1", URL)), {})
    assert list(State(log.entries).dossiers()) == list(State(log.entries).dossiers())
