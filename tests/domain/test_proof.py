"""What stands behind a rightsholder: exact and undisputed to permit, wide and stubborn to deny."""

from typing import Any

import pytest

from registry.domain.dossiers import Grant, HeldClaim, Rightsholder
from registry.domain.events import AssuranceLapsed, DisputeOpened, IdentifierAdded
from registry.domain.identifiers import parse_identifier
from registry.domain.proof import (
    EVERYTHING,
    Proofs,
    claims_set_aside,
    proof_for_denial,
    proof_for_permission,
)
from registry.domain.vocabulary import Assurance, LinkKind, Role
from tests.domain.asking import ISRC, OTHER_URL, SONG, URL, opened, prove
from tests.model.histories import Log, of_location, of_work, parties

WIDE = "https://www.artist.com/X"


def grant(**shape: Any) -> Grant:
    return Grant("g", 0, "c", Assurance.CONTROLLED, **shape)


@pytest.mark.parametrize(
    ("shape", "covered", "not_covered"),
    [
        ({"identifier": URL}, [URL, "http://artist.com/x#a"], [WIDE, OTHER_URL]),
        ({"prefix": "isrc:GBAYE"}, ["isrc:GBAYE0601498"], ["isrc:USRC17607839", URL]),
        ({"location": "https://artist.com/a/"}, [OTHER_URL, "https://artist.com/a"], [URL]),
        (
            {"location": "https://artist.com/a/"},
            [OTHER_URL],
            ["https://artist.com/A/y", "https://artist.com/ab", "https://www.artist.com/a/y", ISRC],
        ),
        (
            {"location": "https://label.net/"},
            ["https://label.net/r"],
            ["https://music.label.net/r/1"],
        ),
        (
            {"location": "https://label.net/", "subdomains": True},
            ["https://music.label.net/r/1"],
            ["https://otherlabel.net/r"],
        ),
    ],
)
def test_a_grant_covers_exactly(
    shape: dict[str, Any], covered: list[str], not_covered: list[str]
) -> None:
    one, shared = ([grant(**shape)], []) if "identifier" in shape else ([], [grant(**shape)])
    claim = HeldClaim("c", 0, 0, "r", Role.RECORDING, grants=one)
    proofs = Proofs(Rightsholder("r", "R", grants=shared))
    for text in covered:
        assert proofs.proves(claim, parse_identifier(text), EVERYTHING)
    for text in not_covered:
        assert not proofs.proves(claim, parse_identifier(text), EVERYTHING)


def test_the_strongest_level_counts() -> None:
    identifier = parse_identifier(URL)
    claim = HeldClaim("c", 0, 0, "r", Role.RECORDING, grants=[grant(identifier=URL)])
    prefix = Grant("h", 0, "c", Assurance.ATTESTED, location="https://artist.com/")
    assert Proofs(Rightsholder("r", "R")).assurance(claim, identifier) is Assurance.CONTROLLED
    both = Proofs(Rightsholder("r", "R", grants=[prefix]))
    assert both.assurance(claim, identifier) is Assurance.ATTESTED
    claim.grants = []
    assert Proofs(Rightsholder("r", "R")).assurance(claim, identifier) is Assurance.DECLARED


def test_a_dispute_takes_proof_from_permissions_and_not_from_denials() -> None:
    identifier = parse_identifier(URL)
    claim = HeldClaim(
        "c", 0, 0, "r", Role.RECORDING, grants=[grant(identifier=URL)], disputes=["q"]
    )
    shared = grant(location="https://artist.com/")
    proofs = Proofs(Rightsholder("r", "R", grants=[shared]))
    assert not proofs.proves(claim, identifier, EVERYTHING)
    assert proofs.proves(claim, identifier, None)
    assert proofs.proves_without_a_work(identifier, EVERYTHING)
    shared.disputes = ["q"]
    assert not proofs.proves_without_a_work(identifier, EVERYTHING)


def both_proofs(log: Log, *asked: str, by: str = "r1") -> tuple[bool, bool]:
    """Is there proof to deny, and proof to permit?"""
    case = opened(log, *asked)
    proofs = Proofs(case.rightsholder(by))
    return proof_for_denial(case, proofs), proof_for_permission(case, proofs, EVERYTHING)


def test_a_wide_spelling_of_what_is_proved_denies_and_does_not_permit() -> None:
    log = parties()
    prove(log, "r1", log.work("r1", URL), URL)
    assert both_proofs(log, URL) == (True, True)
    assert both_proofs(log, WIDE) == (True, False)


def test_one_proved_identifier_is_enough_to_deny_and_all_it_takes_to_permit() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    prove(log, "r1", work, URL)
    assert both_proofs(log, URL, ISRC) == (True, False)
    assert both_proofs(log, ISRC) == (False, False)
    prove(log, "r1", work, ISRC)
    assert both_proofs(log, URL, ISRC) == (True, True)


def test_what_met_somebody_else_needs_no_proof_of_mine() -> None:
    log = parties()
    prove(log, "r1", log.work("r1", URL), URL)
    log.work("r2", ISRC)
    assert both_proofs(log, URL, ISRC) == (True, True)
    assert both_proofs(log, URL, ISRC, by="r2") == (False, False)


def test_an_own_identifier_of_a_used_work_proves_a_denial() -> None:
    log = parties()
    song = log.work("r1", SONG)
    log.work("r2", URL, links=[(LinkKind.EMBODIES, song)])
    assert both_proofs(log, URL)[0] is False
    prove(log, "r1", song, SONG)
    assert both_proofs(log, URL)[0] is True


def test_what_met_a_location_of_mine_must_be_proved_by_what_needs_no_work() -> None:
    log = parties()
    place = log.location("r1", "https://artist.com/")
    assert both_proofs(log, URL) == (False, False)
    log.grant("r1", f"{place}c", of_location(place), location="https://artist.com/")
    assert both_proofs(log, URL) == (True, True)
    assert both_proofs(log, WIDE) == (True, False)


def test_proof_that_lapsed_denies_and_does_not_permit() -> None:
    log = parties()
    place = log.location("r1", "https://artist.com/")
    subject, claim = of_location(place), f"{place}c"
    held = log.grant("r1", claim, subject, location="https://artist.com/")
    log.add(AssuranceLapsed(held, claim, subject, "r1", ""))
    assert both_proofs(log, URL) == (True, False)


def test_what_lapsed_gives_no_assurance() -> None:
    claim = HeldClaim("c", 0, 0, "r", Role.RECORDING, grants=[grant(identifier=URL, lapsed=True)])
    proofs = Proofs(Rightsholder("r", "R"))
    identifier = parse_identifier(URL)
    assert proofs.assurance(claim, identifier) is Assurance.DECLARED
    assert proofs.proves(claim, identifier, None)
    assert not proofs.proves(claim, identifier, EVERYTHING)


def test_an_identifier_or_claim_added_later_is_out_of_reach() -> None:
    log = parties()
    work = log.work("r1", URL)
    reach = len(log.entries)
    prove(log, "r1", work, URL, ISRC)
    log.add(IdentifierAdded(work, ISRC, "r1"))
    for asked, permitted in ((URL, True), (ISRC, False)):
        case = opened(log, asked)
        assert proof_for_permission(case, Proofs(case.rightsholder("r1")), reach) is permitted
    case = opened(log, URL)
    assert not proof_for_permission(case, Proofs(case.rightsholder("r1")), reach - 1)


def test_a_proof_that_came_through_what_was_added_later_permits_nothing_that_was_said_before() -> (
    None
):
    log = parties()
    log.work("r1", URL)
    reach = len(log.entries)
    site = log.location("r1", "https://artist.com/")
    log.grant("r1", f"{site}c", of_location(site), location="https://artist.com/")
    case = opened(log, URL)
    proofs = Proofs(case.rightsholder("r1"))
    assert proof_for_permission(case, proofs, EVERYTHING)
    assert not proof_for_permission(case, proofs, reach)
    assert proof_for_denial(case, proofs)


def test_a_proof_counts_from_the_place_that_it_names() -> None:
    claim = HeldClaim(
        "c", 3, 0, "r", Role.RECORDING, grants=[Grant("g", 9, "c", Assurance.CONTROLLED, URL)]
    )
    proofs, identifier = Proofs(Rightsholder("r", "R")), parse_identifier(URL)
    assert not proofs.proves(claim, identifier, 9)
    assert proofs.proves(claim, identifier, 10)
    assert proofs.proves(claim, identifier, None)


def test_a_disputed_claim_on_a_location_still_denies() -> None:
    log = parties()
    place = log.location("r1", "https://artist.com/")
    log.grant("r1", f"{place}c", of_location(place), location="https://artist.com/")
    log.add(DisputeOpened("q", f"{place}c", of_location(place), "r1", ""))
    assert both_proofs(log, URL) == (True, False)


def test_nothing_is_set_aside_where_nobody_objected() -> None:
    log = parties()
    log.claim("r2", of_work(log.work("r1", URL)))
    assert claims_set_aside(opened(log, URL)) == frozenset()
