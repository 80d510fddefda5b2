"""The published vectors hold, and the file is what its `about` says it is."""

import hashlib
import json
from importlib.resources import files
from typing import Any

import pytest

from registry.domain.hosts import HOST_RULES_VERSION
from registry.domain.identifiers import CANONICAL_FORM_VERSION, SCHEMES, parse_identifier
from registry.domain.locations import covering_expressions, location_key, parse_location
from registry.errors import InvalidIdentifier, InvalidLocation

VECTORS: dict[str, Any] = json.loads(
    files("registry").joinpath("vectors/canonical_forms.json").read_text("utf-8")
)
Case = dict[str, Any]


def test_the_vectors_are_of_this_version() -> None:
    assert VECTORS["canonical_form_version"] == CANONICAL_FORM_VERSION
    assert VECTORS["host_rules_version"] == HOST_RULES_VERSION


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda c: ascii(c["input"])[:60])
def test_a_valid_spelling_has_its_published_form_and_keys(case: Case) -> None:
    found = parse_identifier(case["input"])
    assert (found.scheme, found.value, found.wide) == (case["scheme"], case["value"], case["wide"])
    assert found.key.hex() == case["key"]
    assert found.wide_key.hex() == case["wide_key"]
    assert found.key == hashlib.sha256(f"{found.scheme}:{found.value}".encode()).digest()


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda c: ascii(c["input"])[:60])
def test_a_canonical_form_is_its_own_canonical_form(case: Case) -> None:
    found = parse_identifier(case["input"])
    assert parse_identifier(str(found)) == found


@pytest.mark.parametrize("case", VECTORS["same_wide"], ids=lambda c: c["why"])
def test_spellings_that_meet_for_restrictions_only(case: Case) -> None:
    found = [parse_identifier(text) for text in case["spellings"]]
    assert len({i.wide_key for i in found}) == 1
    assert len({i.key for i in found}) == len(found)


@pytest.mark.parametrize("case", VECTORS["different_wide"], ids=lambda c: c["why"])
def test_spellings_that_never_meet(case: Case) -> None:
    found = [parse_identifier(text) for text in case["spellings"]]
    assert len({i.wide_key for i in found}) == len(found)


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda c: ascii(c["input"])[:60])
def test_an_invalid_spelling_is_refused_for_its_published_reason(case: Case) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        parse_identifier(case["input"])
    assert caught.value.code == case["code"]
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("case", VECTORS["locations"], ids=lambda c: c["input"])
def test_a_location_has_its_published_expression_and_covers_what_it_should(case: Case) -> None:
    location = parse_location(case["input"], subdomains=case["subdomains"])
    assert location.url == case["url"]
    assert location.expression == case["expression"]
    assert location.whole_host is case["whole_host"]
    assert location.key.hex() == case["key"]
    assert location.key == location_key(location.expression)
    assert parse_location(location.url, subdomains=location.subdomains) == location
    for text in case["covers"]:
        url = parse_identifier(text)
        assert location.covers_exactly(url), text
        via = dict(covering_expressions(url))
        assert via[location.expression] in (False, location.subdomains)
    for text in case["covers_not"]:
        assert not location.covers_exactly(parse_identifier(text)), text


@pytest.mark.parametrize("case", VECTORS["location_refusals"], ids=lambda c: c["input"][:60])
def test_a_location_that_nobody_can_claim_is_refused_for_its_published_reason(case: Case) -> None:
    with pytest.raises(InvalidLocation) as caught:
        parse_location(case["input"], subdomains=case["subdomains"])
    assert caught.value.code == case["code"]


def test_there_are_enough_vectors_of_every_kind() -> None:
    assert len(VECTORS["valid"]) + len(VECTORS["invalid"]) >= 150
    assert {case["scheme"] for case in VECTORS["valid"]} == set(SCHEMES)
