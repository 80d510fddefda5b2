"""The plain case: which it is, and that every rule comes to the same."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from registry.domain.answer import Answer
from registry.domain.case import open_in
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.plain_case import plainly
from registry.domain.resolution import by_every_rule
from registry.domain.sitting import Sitting
from registry.domain.state import State
from registry.domain.vocabulary import AI_USAGES, Usage
from tests.domain.asking import ALLOW, CONDITIONAL, DENY, GEN, ISRC, SEARCH, URL, opened
from tests.domain.besides import dispute, links, objection
from tests.model.histories import (
    DAY,
    POOL,
    T0,
    Log,
    any_histories,
    catalogue,
    of_location,
    of_work,
    parties,
    questions,
)
from tests.model.later_histories import later_histories
from tests.model.profiles import examples

HOUR = 3_600_000


def told(log: Log, *asked: str, usage: Usage = GEN, asker: str | None = None) -> Answer | None:
    """What the plain case comes to, which is what every rule comes to."""
    case = opened(log, *asked, usage=usage, asker=asker)
    return both_ways(case.sitting, case.identifiers)


def both_ways(sitting: Sitting, identifiers: Sequence[Identifier]) -> Answer | None:
    """What the plain case comes to, once every rule has come to the same."""
    for with_evidence in (True, False):
        found = plainly(sitting, identifiers, max_validity_ms=HOUR, with_evidence=with_evidence)
        if found is not None:
            case = open_in(sitting, identifiers)
            general = by_every_rule(case, max_validity_ms=HOUR, with_evidence=with_evidence)
            assert found == general
    return plainly(sitting, identifiers, max_validity_ms=HOUR, with_evidence=True)


def decided(log: Log, *asked: str, usage: Usage = GEN) -> str:
    found = told(log, *asked, usage=usage)
    assert found is not None
    assert not found.disputed
    return " ".join([found.decision, *found.reasons])


@pytest.mark.parametrize("usage", AI_USAGES)
def test_a_work_of_somebody_who_says_no_or_nothing(usage: Usage) -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    log.location("r1", "https://artist.com/")
    assert decided(log, ISRC, usage=usage) == "unstated not-stated"
    log.declare("r1", of_work(work), {usage: DENY})
    assert decided(log, URL, ISRC, usage=usage) == "deny"
    assert decided(log, "http://www.artist.com/X", usage=usage) == "deny"


def test_co_owners_one_of_whom_says_no_in_their_catalogue() -> None:
    log = parties()
    log.claim("r2", of_work(log.work("r1", URL)))
    log.declare("r2", catalogue("r2"), {GEN: DENY})
    found = told(log, URL)
    assert found is not None
    assert [(each.rightsholder, each.reason, each.scope) for each in found.evidence] == [
        ("r1", "not-stated", None),
        ("r2", None, "catalogue"),
    ]


def test_a_location_where_somebody_says_no_or_nothing_or_did_once() -> None:
    log = parties()
    place = log.location("r1", "https://artist.com/a/")
    log.location("r1", "https://artist.com/")
    asked = "https://artist.com/a/y"
    assert decided(log, asked) == "unregistered"
    log.declare("r1", of_location(place), {SEARCH: DENY})
    assert decided(log, asked) == "unstated not-stated"
    log.declare("r1", of_location(place), {GEN: DENY})
    assert decided(log, asked) == "deny"


def _another_work(log: Log, work: str) -> None:
    log.work("r2", URL)


def _equal_locations(log: Log, work: str) -> None:
    log.location("r1", "https://artist.com/")
    log.location("r1", "https://artist.com/", subdomains=True)


def _no_for_a_whole_host(log: Log, work: str) -> None:
    host = log.location("r1", "https://artist.com/")
    log.declare("r1", of_location(host), {GEN: DENY})


def _no_of_another_whose_whole_host_it_is(log: Log, work: str) -> None:
    log.location("r2", "https://artist.com/")
    log.declare("r2", catalogue("r2"), {GEN: DENY})


def _yes_further_out(log: Log, work: str) -> None:
    log.declare("r1", catalogue("r1"), {GEN: ALLOW})


def _conditions(log: Log, work: str) -> None:
    log.declare("r1", catalogue("r1"), {GEN: CONDITIONAL})


def _conditions_that_wait(log: Log, work: str) -> None:
    log.declare("r1", catalogue("r1"), {GEN: CONDITIONAL}, takes_effect_at=T0 + DAY)


def _no_to_somebody(log: Log, work: str) -> None:
    log.declare("r1", catalogue("r1"), {GEN: DENY}, grantee="p1")


@pytest.mark.parametrize(
    "besides",
    [
        links,
        dispute,
        objection,
        _another_work,
        _equal_locations,
        _no_for_a_whole_host,
        _no_of_another_whose_whole_host_it_is,
        _yes_further_out,
        _conditions,
        _conditions_that_wait,
        _no_to_somebody,
    ],
)
def test_whatever_else_there_is_makes_it_no_plain_case(
    besides: Callable[[Log, str], None],
) -> None:
    log = parties()
    work = log.work("r1", URL)
    log.declare("r1", of_work(work), {GEN: DENY})
    assert told(log, URL) is not None
    besides(log, work)
    assert told(log, URL) is None


def test_service_uses_ask_for_proof_and_are_no_plain_case() -> None:
    log = parties()
    log.work("r1", URL)
    assert told(log, URL, usage=SEARCH) is None


@given(st.one_of(any_histories(), later_histories()), st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=examples(150))
def test_every_rule_comes_to_the_same(history: Any, data: st.DataObject) -> None:
    state = State(history)
    asked = data.draw(questions(history))
    sitting = Sitting(state, asked.usage, asked.asker, asked.at)
    for texts in [asked.identifiers, *([text] for text in POOL)]:
        item = tuple(parse_identifier(text) for text in texts)
        found = both_ways(sitting, item)
        event("not plain" if found is None else f"plain {found.decision}")
        if found is not None:
            assert found.decision in {"deny", "unstated", "unregistered"}
