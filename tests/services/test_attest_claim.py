"""What stands behind a claim: vouched for what it is, taken back at once, never without a reason."""

import pytest

from registry.domain.vocabulary import Assurance
from registry.errors import Conflict, InvalidInput, NotFound, RegistryError
from registry.services.attest_claim import attest_claim, checked_prefix, lapse_assurance
from registry.services.dispute_claim import decide_dispute, open_dispute
from tests.registries import DAY, STEWARD, Desk

ISRC = "isrc:GBAYE0601498"
NOBODY = "01990000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("how", [{"identifier": ISRC}, {"prefix": "isrc:GB-AYE"}])
def test_a_proof_permits_until_it_lapses(desk: Desk, how: dict[str, str]) -> None:
    work, claim = desk.work(ISRC)
    desk.declare(work, generative_training="allow")
    desk.clock.forward(4 * DAY)
    assert not desk.ask(ISRC).permitted
    with desk.registry.writing() as ledger:
        grant = attest_claim(ledger, claim, STEWARD, "seen", **how).grant  # type: ignore[arg-type]
    assert desk.ask(ISRC).permitted
    with desk.registry.writing() as ledger:
        lapse_assurance(ledger, grant, STEWARD, "sold")
    assert not desk.ask(ISRC).permitted
    with desk.registry.writing() as ledger, pytest.raises(NotFound) as raised:
        lapse_assurance(ledger, grant, STEWARD, "again")
    assert raised.value.field == "grant"


def test_a_location_proves_what_lies_under_it(desk: Desk) -> None:
    url = "https://m.example/a/x"
    work, _ = desk.work(url)
    _, claim = desk.location("https://m.example/a/")
    desk.declare(work, generative_training="allow")
    with desk.registry.writing() as ledger:
        attest_claim(ledger, claim, STEWARD, "seen", location=True, level=Assurance.CONTROLLED)
    desk.clock.forward(4 * DAY)
    assert desk.ask(url).permitted


WRONG: list[tuple[dict[str, object], type[RegistryError], str]] = [
    ({}, InvalidInput, "identifier"),
    ({"identifier": ISRC, "prefix": "isrc:GBAYE"}, InvalidInput, "identifier"),
    ({"identifier": "isrc:USRC17607839"}, InvalidInput, "identifier"),
    ({"location": True}, InvalidInput, "location"),
    ({"prefix": "isrc:GB"}, InvalidInput, "prefix"),
    ({"prefix": "url:https://m.example/"}, InvalidInput, "prefix"),
    ({"identifier": ISRC, "reason": " "}, InvalidInput, "reason"),
    ({"identifier": ISRC, "level": Assurance.DECLARED}, InvalidInput, "level"),
    ({"identifier": ISRC, "claim_id": NOBODY}, NotFound, "claim"),
]


@pytest.mark.parametrize(("given", "error", "field"), WRONG)
def test_what_cannot_be_vouched_for_is_named(
    desk: Desk, given: dict[str, object], error: type[RegistryError], field: str
) -> None:
    _, claim = desk.work(ISRC)
    asked = {"claim_id": claim, "reason": "seen", **given}
    with desk.registry.writing() as ledger, pytest.raises(error) as raised:
        attest_claim(ledger, by=STEWARD, **asked)  # type: ignore[arg-type]
    assert raised.value.field == field


def test_nothing_can_stand_behind_a_claim_that_has_ended(desk: Desk) -> None:
    _, claim = desk.work(ISRC)
    with desk.registry.writing() as ledger:
        dispute = open_dispute(ledger, claim, STEWARD, "not theirs").dispute
        decide_dispute(ledger, dispute, upheld=True, stewards=("a", "b"), by=STEWARD, reason="seen")
        with pytest.raises(Conflict) as raised:
            attest_claim(ledger, claim, STEWARD, "seen", identifier=ISRC)
    assert raised.value.field == "claim"


def test_an_assurance_is_not_taken_back_without_a_reason(desk: Desk) -> None:
    _, claim = desk.work(ISRC)
    with desk.registry.writing() as ledger:
        grant = attest_claim(ledger, claim, STEWARD, "seen", identifier=ISRC).grant
        with pytest.raises(InvalidInput) as raised:
            lapse_assurance(ledger, grant, STEWARD, " ")
    assert raised.value.field == "reason"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("isrc:gb-aye", "isrc:GBAYE"),
        ("doi:10.1234", "doi:10.1234/"),
        ("DOI:10.1234/", "doi:10.1234/"),
        ("isbn:978-0-14", "isbn:978014"),
    ],
)
def test_a_prefix_is_kept_as_identifiers_are(text: str, canonical: str) -> None:
    assert checked_prefix(text) == canonical
