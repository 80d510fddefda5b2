"""What a claimant sees of works and locations."""

from registry.api.present import moment, present_subject, present_work
from registry.domain.dossiers import HeldClaim, HeldIdentifier, Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind

ADA = Rightsholder(id="ada", name="Ada")


def test_one_sees_ones_own_claims_and_none_that_ended():
    claims = [
        HeldClaim(id="a", seq=0, at=0, rightsholder="ada", role=Role.RECORDING),
        HeldClaim(id="b", seq=0, at=0, rightsholder="ben", role=Role.RECORDING),
        HeldClaim(id="c", seq=0, at=0, rightsholder="ada", role=Role.COMPOSITION, ended=True),
    ]
    work = Work("w", WorkKind.RECORDING, "T", [HeldIdentifier("isrc:USRC17607839", 0)], claims)
    shown = present_work(work, ADA)
    assert [each["id"] for each in shown["claims"]] == ["a"]
    assert shown["claim"]["assurance"] == {"isrc:USRC17607839": "declared"}
    assert present_work(Work("w", WorkKind.RECORDING, "T"), ADA)["claim"] is None


def test_a_subject_is_written_as_it_is_asked_for():
    assert present_subject(Subject("work", "w")) == {"work": "w"}
    assert present_subject(Subject("location", "l")) == {"location": "l"}
    assert present_subject(Subject("catalogue", "ada")) == {"catalogue": True}


def test_a_moment_that_is_none_stays_none():
    assert moment(None) is None
    assert moment(0) == "1970-01-01T00:00:00.000Z"
