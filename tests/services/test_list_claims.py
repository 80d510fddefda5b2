"""Claims as a steward reads them."""

import pytest

from registry.errors import InvalidIdentifier, NotFound
from registry.services.attest_claim import attest_claim
from registry.services.list_claims import claims_met_by, claims_of
from tests.registries import STEWARD, Desk


def test_a_rightsholders_claims_are_listed_with_what_stands_behind_them(desk: Desk) -> None:
    work, claim = desk.work("isrc:GBAYE0601498")
    place, other = desk.location("https://artist.com/")
    desk.prove(claim, "isrc:GBAYE0601498")
    with desk.registry.writing() as ledger:
        attest_claim(ledger, claim, STEWARD, "issued", prefix="isrc:GBAYE")
    with desk.registry.reading() as uow:
        first, second = claims_of(uow, desk.rightsholder())
        assert [(level, what) for _, level, what in first.grants] == [
            ("controlled", "isrc:GBAYE0601498"),
            ("attested", "isrc:GBAYE"),
        ]
        assert (first.on.id, second.on.id, second.claim.id) == (work, place, other)
        assert [each.on.id for each in claims_of(uow, desk.rightsholder(), after=work)] == [place]
        with pytest.raises(NotFound):
            claims_of(uow, work)


def test_an_identifier_in_any_spelling_leads_to_everybodys_claims(desk: Desk) -> None:
    desk.work("https://artist.com/x", by="R1")
    desk.work("https://www.artist.com/X", by="R2")
    with desk.registry.reading() as uow:
        assert [each.name for each in claims_met_by(uow, "http://artist.com/x/")] == ["R1", "R2"]
        assert claims_met_by(uow, "isrc:GBAYE0601498") == []
        with pytest.raises(InvalidIdentifier):
            claims_met_by(uow, "isrc:GBAYE")
