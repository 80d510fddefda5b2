"""One lookup: nine answers under one checkpoint, the same as `/v1/verify` gives to somebody without a name."""

import pytest

from registry.domain.vocabulary import Usage
from registry.errors import InvalidInput
from registry.instants import rfc3339
from registry.web.lookup import look_up, read_line
from tests.registries import DAY, HOUR, Desk

URL, ISRC = "https://artist.com/x", "isrc:GBAYE0601498"


def by_use(found: dict) -> dict[str, dict]:  # type: ignore[type-arg]
    return {each["usage"]: each for each in found["answers"]}


def test_all_nine_uses_are_answered_as_the_rules_answer_them(desk: Desk) -> None:
    work, claim = desk.work(URL, ISRC)
    desk.prove(claim, URL)
    desk.declare(work, search="allow", generative_training="deny", ai_input="conditional")
    desk.clock.forward(4 * DAY)
    found = look_up(desk.registry, ["artist.com/x"], None)
    assert [each["usage"] for each in found["answers"]] == [usage.value for usage in Usage]
    for usage in Usage:
        expected = desk.ask(URL, usage=usage)
        assert expected.answer is not None
        answer = by_use(found)[usage]
        assert answer["decision"] == expected.answer.decision
        assert answer["reasons"] == list(expected.answer.reasons)
        assert (answer["permitted"], answer["opted_out"]) == (
            expected.permitted,
            expected.opted_out,
        )


def test_the_evidence_names_who_how_and_which_record_each_once(desk: Desk) -> None:
    work, _ = desk.work(URL, ISRC)
    declared = desk.declare(work, generative_training="deny", voice_likeness="deny")
    found = look_up(desk.registry, ["GB-AYE-06-01498"], None)
    (said,) = [each for each in found["evidence"] if each["record"]]
    assert said["record"] == declared.record.id
    assert (said["rightsholder"], said["matched"], said["how"]) == ("R1", ISRC, "exact")
    assert said["assurance"] == "declared"
    (statement,) = said["says"]
    assert statement["usages"] == ["generative-training", "voice-likeness"]
    assert (statement["preference"], statement["speaks"]) == ("deny", True)


def test_conditions_that_count_for_nothing_yet_are_shown_with_the_reason(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, ai_input="conditional")
    found = look_up(desk.registry, [ISRC], None)
    assert by_use(found)["ai-input"]["decision"] == "deny"
    (said,) = [each for each in found["evidence"] if each["record"]]
    assert said["says"][0]["conditions"] == {"contact": "mailto:r@example.org"}
    assert said["says"][0]["reason"] is not None


def test_what_cannot_be_read_is_an_error_beside_what_the_rest_gives(desk: Desk) -> None:
    desk.declare(desk.work(URL)[0], generative_training="deny")
    alone = look_up(desk.registry, ["isrc:USRC1760783"], None)
    assert {each["decision"] for each in alone["answers"]} == {"error"}
    assert not any(each["permitted"] for each in alone["answers"])
    assert all(each["opted_out"] for each in alone["answers"])
    beside = look_up(desk.registry, ["isrc:USRC1760783", URL], None)
    assert by_use(beside)["generative-training"]["decision"] == "deny"
    assert by_use(beside)["search"]["decision"] == "unstated"
    assert beside["asked"][0]["read_as"] == []
    assert "12 characters" in beside["asked"][0]["error"]


def test_the_circumstances_are_named(desk: Desk) -> None:
    desk.declare(desk.work(ISRC)[0], generative_training="deny")
    found = look_up(desk.registry, [ISRC], None)
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    assert found["checkpoint"]["size"] == found["rests_on_entries"] == head.head.size
    assert found["answered_at"] == rfc3339(max(desk.clock(), head.head.at))
    assert found["valid_until"] > found["answered_at"]
    assert found["as_of"] is None


def test_the_past_is_answered_as_it_was(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    before = desk.clock.forward(HOUR)
    desk.clock.forward(HOUR)
    desk.declare(work, generative_training="deny")
    desk.clock.forward(HOUR)
    then = look_up(desk.registry, [ISRC], before)
    assert by_use(then)["generative-training"]["decision"] == "unstated"
    assert (then["as_of"], then["valid_until"]) == (rfc3339(before), None)
    with pytest.raises(InvalidInput, match="future"):
        look_up(desk.registry, [ISRC], desk.clock() + DAY)


def test_a_line_says_what_it_was_read_as_or_why_not() -> None:
    assert read_line("artist.com/x").read_as == [URL]
    assert read_line("artist.com/x").error is None
    assert read_line("hello").read_as == []
    assert "scheme:value" in str(read_line("hello").error)
