"""The fast rules against the slow model, over generated histories, and the properties that always hold.

Source: `docs/answering.md` and the last lines of `answers.md`. A longer run:
`pytest tests/domain/test_resolution_against_the_model.py --hypothesis-profile=thorough`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import Answer, resolve
from registry.domain.state import State
from registry.domain.vocabulary import Usage
from tests.model.hard_cases import HARD_CASES, HardCase
from tests.model.histories import (
    RIGHTSHOLDERS,
    STRANGER,
    Asked,
    Maker,
    acts_of,
    any_histories,
    borders,
    only_wide,
    questions,
    same_exact,
)
from tests.model.oracle import OracleAnswer, answer
from tests.model.profiles import examples

VALIDITY = 3_600_000_000
"""Long, so that the borders of windows and waits are what ends an answer's validity."""

slow_to_draw = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def state_of(history: Sequence[Sequenced]) -> State:
    state = State()
    for entry in history:
        state.apply(entry)
    return state


def asked_of(state: State, asked: Asked) -> Answer:
    identifiers = tuple(parse_identifier(text) for text in asked.identifiers)
    question = Question(identifiers, asked.usage, asked.asker, asked.at)
    return resolve(question, state, max_validity_ms=VALIDITY)


def fast(history: Sequence[Sequenced], asked: Asked) -> Answer:
    return asked_of(state_of(history), asked)


def slow(history: Sequence[Sequenced], asked: Asked) -> OracleAnswer:
    return answer(history, asked.identifiers, asked.usage, asked.asker, asked.at, VALIDITY)


def told(found: Answer | OracleAnswer) -> tuple[object, ...]:
    """Everything that both speak of, in plain words."""
    return (
        str(found.decision),
        tuple(str(reason) for reason in found.reasons),
        found.disputed,
        found.permitted,
        found.opted_out,
        found.valid_until,
    )


def no_more_permissive(after: Answer, before: Answer) -> bool:
    """What was not permitted is not, and what was opted out still is."""
    return (before.permitted or not after.permitted) and (after.opted_out or not before.opted_out)


@st.composite
def cases(draw: Any) -> tuple[list[Sequenced], Asked]:
    history = draw(any_histories())
    return history, draw(questions(history))


@pytest.mark.parametrize("case", HARD_CASES, ids=lambda case: case.__name__)
def test_hard_cases_are_decided_as_the_page_says(case: Callable[[], HardCase]) -> None:
    hard = case()
    assert slow(hard.log.entries, hard.asked).decision == hard.decision
    assert told(fast(hard.log.entries, hard.asked)) == told(slow(hard.log.entries, hard.asked))


@given(cases())
@settings(slow_to_draw, max_examples=examples(500))
def test_the_rules_and_the_model_agree(case: tuple[list[Sequenced], Asked]) -> None:
    history, asked = case
    expected = slow(history, asked)
    event(expected.decision)
    assert told(fast(history, asked)) == told(expected)


@given(cases(), st.data())
@settings(slow_to_draw, max_examples=examples(100))
def test_until_its_validity_ends_an_answer_stays_what_it_is(
    case: tuple[list[Sequenced], Asked], data: st.DataObject
) -> None:
    history, asked = case
    first = fast(history, asked)
    assert first.valid_until is not None
    assert first.valid_until > asked.at
    later = [
        moment
        for border in borders(history)
        for moment in (border - 1, border)
        if asked.at < moment < first.valid_until
    ]
    moment = data.draw(st.sampled_from([*later, first.valid_until - 1]))
    then = fast(history, Asked(asked.identifiers, asked.usage, asked.asker, moment))
    assert told(then)[:-1] == told(first)[:-1]


@given(cases(), st.data())
@settings(slow_to_draw, max_examples=examples(120))
def test_no_act_of_a_stranger_makes_an_answer_more_permissive(
    case: tuple[list[Sequenced], Asked], data: st.DataObject
) -> None:
    history, asked = case
    grown = data.draw(acts_of(history, (STRANGER,)))
    before, after = fast(history, asked), fast(grown, asked)
    assert no_more_permissive(after, before), (before, after)


@given(cases(), st.data())
@settings(slow_to_draw, max_examples=examples(120))
def test_no_statement_of_somebody_unproven_makes_an_answer_more_permissive(
    case: tuple[list[Sequenced], Asked], data: st.DataObject
) -> None:
    history, asked = case
    proven = {getattr(entry.event, "rightsholder", None) for entry in history if _is_proof(entry)}
    unproven = [by for by in (*RIGHTSHOLDERS, STRANGER) if by not in proven]
    grown = data.draw(acts_of(history, unproven, ("declaration",), most=3))
    before, after = fast(history, asked), fast(grown, asked)
    assert no_more_permissive(after, before), (before, after)


def _is_proof(entry: Sequenced) -> bool:
    return type(entry.event).__name__ == "AssuranceGained"


@given(cases())
@settings(slow_to_draw, max_examples=examples(60))
def test_another_spelling_of_the_same_exact_form_changes_nothing(
    case: tuple[list[Sequenced], Asked],
) -> None:
    history, asked = case
    plain = tuple(str(parse_identifier(text)) for text in asked.identifiers)
    expected = told(fast(history, Asked(plain, asked.usage, asked.asker, asked.at)))
    for n, one in enumerate(plain):
        for spelling in same_exact(one):
            spelled = (*plain[:n], spelling, *plain[n + 1 :])
            found = fast(history, Asked(spelled, asked.usage, asked.asker, asked.at))
            assert told(found) == expected


@given(cases())
@settings(slow_to_draw, max_examples=examples(60))
def test_a_spelling_that_meets_only_widely_is_never_more_permissive(
    case: tuple[list[Sequenced], Asked],
) -> None:
    history, asked = case
    plain = tuple(str(parse_identifier(text)) for text in asked.identifiers)
    before = fast(history, Asked(plain, asked.usage, asked.asker, asked.at))
    for n, one in enumerate(plain):
        for spelling in only_wide(one):
            for spelled in ((*plain[:n], spelling, *plain[n + 1 :]), (*plain, spelling)):
                after = fast(history, Asked(spelled, asked.usage, asked.asker, asked.at))
                assert no_more_permissive(after, before), (before, after)


@given(cases(), st.randoms(use_true_random=False))
@settings(slow_to_draw, max_examples=examples(60))
def test_the_order_of_identifiers_and_the_names_of_things_never_matter(
    case: tuple[list[Sequenced], Asked], random: Any
) -> None:
    history, asked = case
    expected = told(fast(history, asked))
    shuffled = [*asked.identifiers, asked.identifiers[0]]
    random.shuffle(shuffled)
    assert told(fast(history, Asked(tuple(shuffled), *_rest(asked)))) == expected
    new_names: dict[str, str] = {}
    renamed = [
        Sequenced(e.seq, e.at, e.digest, _renamed(e.event, new_names, random)) for e in history
    ]
    asker = None if asked.asker is None else new_names.get(asked.asker, asked.asker)
    again = Asked(asked.identifiers, asked.usage, asker, asked.at)
    assert told(fast(renamed, again)) == expected


def _rest(asked: Asked) -> tuple[Usage, str | None, int]:
    return asked.usage, asked.asker, asked.at


_IDS = {
    "rightsholder", "work", "claim", "id", "location", "link", "to", "grant", "declaration",
    "grantee", "withdrawal", "loosening", "dispute", "by", "objector", "platform", "parent",
}  # fmt: skip


def _renamed(one: AnyEvent, names: dict[str, str], random: Any) -> AnyEvent:
    """The event with another id for every id, the same for the same."""

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {k: walk(v, k) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [walk(v, key) for v in value]
        if key in _IDS and isinstance(value, str) and not value.startswith("https:"):
            return names.setdefault(value, f"{random.randrange(10**9)}-{value}")
        return value

    members: AnyEvent = msgspec.convert(walk(msgspec.to_builtins(one), ""), AnyEvent)
    return members


@given(cases(), st.data())
@settings(slow_to_draw, max_examples=examples(60))
def test_the_answer_as_of_a_time_never_changes_while_the_log_grows(
    case: tuple[list[Sequenced], Asked], data: st.DataObject
) -> None:
    history, asked = case
    state = state_of(history)
    expected = told(asked_of(state, asked))
    assert told(asked_of(state, asked)) == expected
    grown = data.draw(acts_of(history, (*RIGHTSHOLDERS, STRANGER), Maker.ANY))
    later = [
        Sequenced(entry.seq, asked.at + 1, entry.digest, entry.event)
        for entry in grown[len(history) :]
    ]
    as_of = [entry for entry in (*history, *later) if entry.at <= asked.at]
    assert told(fast(as_of, asked)) == expected
    for entry in later:  # the projection, asked on the way, is the one made anew
        state.apply(entry)
        now = Asked(asked.identifiers, asked.usage, asked.asker, asked.at + 1)
        assert told(asked_of(state, now)) == told(
            fast([*history, *later[: entry.seq + 1 - len(history)]], now)
        )


@given(cases())
@settings(slow_to_draw, max_examples=examples(60))
def test_permitted_and_opted_out_say_what_the_decision_says(
    case: tuple[list[Sequenced], Asked],
) -> None:
    history, asked = case
    found = fast(history, asked)
    assert found.permitted == (str(found.decision) == "allow")
    assert found.opted_out == (str(found.decision) not in {"allow", "unregistered"})


@pytest.mark.parametrize("usage", list(Usage))
def test_an_empty_log_knows_nothing(usage: Usage) -> None:
    found = fast([], Asked(("https://artist.com/x",), usage, None, 0))
    assert (str(found.decision), found.permitted, found.opted_out) == ("unregistered", False, False)
