"""The examples are those of the design, and the rules answer them as the design says."""

import pytest

from registry.web.examples import EXAMPLES
from registry.web.how_page import answered

DESIGN = {
    "1": ["unregistered"],
    "2": ["deny"],
    "3": ["unstated unproven"],
    "4": ["allow"],
    "5": ["unstated unproven"],
    "6": ["unstated not-stated"],
    "7": ["allow"],
    "8": ["deny"],
    "9": ["deny"],
    "10": ["allow", "deny", "deny"],
    "11": ["deny", "allow", "unstated depends-on-asker"],
    "12": ["deny"],
    "13": ["unstated composition-unknown"],
    "14": ["unstated co-owner-silent"],
    "14b": ["allow"],
    "14c": ["unstated unproven"],
    "15": ["deny", "unregistered"],
    "16": ["deny"],
    "17": ["deny"],
    "18": ["deny"],
    "19": ["deny", "allow"],
    "20": ["conditional", "deny conditions-unverified"],
    "21": ["deny"],
    "22": ["deny"],
    "23": ["error"],
    "24": ["deny"],
    "25": ["unregistered"],
    "26": ["deny"],
    "27": ["unstated unproven"],
}


def test_every_example_of_the_design_is_here() -> None:
    assert [each.number for each in EXAMPLES] == list(DESIGN)


@pytest.mark.parametrize("number", list(DESIGN))
def test_the_rules_answer_an_example_as_the_design_says(number: str) -> None:
    questions = answered(number)["questions"]
    assert [" ".join([each["decision"], *each["reasons"]]) for each in questions] == DESIGN[number]


def test_only_the_claim_on_a_host_of_many_is_refused() -> None:
    refused = [each.number for each in EXAMPLES if answered(each.number)["refused"]]
    assert refused == ["25"]
    assert "soundcloud.com" in answered("25")["refused"]


def test_a_broken_identifier_is_reported_beside_a_restriction_only() -> None:
    for example in EXAMPLES:
        for each in answered(example.number)["questions"]:
            if each["errors"]:
                assert each["decision"] in ("deny", "unstated", "error")
