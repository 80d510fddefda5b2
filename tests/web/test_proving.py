"""The next step for each kind of identifier, and a place with its lines and how its proof stands."""

import pytest

from registry.fetching.lines import Ask, Missed, Reply
from registry.services.actor import REGISTRY
from registry.services.prove_claim import prove
from registry.web.proving import MEANS, next_step
from tests.web.begin.walk import answered
from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE


class NothingThere:
    """A process for which every place is away: what it would be without a network."""

    def ask(self, ask: Ask) -> Reply:
        return Missed("no-answer", "nobody answered there")


@pytest.mark.parametrize(
    ("identifier", "step"),
    [
        ("https://lovelace.example/x", "Prove the site or profile"),
        ("isrc:GBAYE0601498", "distributor or label"),
        ("iswc:T0345246801", "collecting society"),
        ("sha512:ab", "Put the file on a site of yours"),
        ("doi:10.1000/182", "whoever gave this code"),
    ],
)
def test_each_kind_has_its_next_step(people: People, identifier: str, step: str) -> None:
    with people.app.test_request_context():
        assert step in next_step(identifier)


def test_a_place_says_what_was_looked_at_and_what_was_missing(people: People) -> None:
    ada = people.sign_in("Ada")
    answered(ada, places="https://lovelace.example/")
    path = ada.post("/begin/check").headers["Location"]
    (place,) = ada.data(path)["places"]
    assert {way["means"] for way in place["ways"]} <= MEANS.keys()
    assert (place["state"], place["looked_at"], place["seen"]) == ("", None, [])
    prove(people.desk.registry, place["claim"], NothingThere(), REGISTRY)  # type: ignore[arg-type]
    (place,) = ada.data(path)["places"]
    assert place["state"] == "failed"
    assert [each["words"] for each in place["seen"]] == ["nobody answered there"] * 3
    page = ada.page(path)
    assert "It was looked at, and the line was not found." in page
    assert "Last looked at on" in page
