"""Nothing that is added, and no yes or proof that is taken back, makes an answer more permissive.

Source: `docs/answering.md`, *Reach* and *What counts as loosening*. The fast rules are asked before and
after one act, over generated histories.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import event, given, settings, target
from hypothesis import strategies as st

from registry.domain.event_body import Sequenced
from registry.domain.events import Declared
from registry.domain.resolution import Answer
from registry.domain.vocabulary import Usage
from tests.domain.test_resolution_against_the_model import fast, slow, slow_to_draw, told
from tests.model.counterexamples import COUNTEREXAMPLES, Step
from tests.model.hard_cases import ADDED_LATER, HardCase
from tests.model.histories import RIGHTSHOLDERS, STRANGER, Asked
from tests.model.later_histories import LaterMaker, cases, grown_by, put_off
from tests.model.oracle import RESTRICTIVENESS
from tests.model.profiles import examples

ANYBODY = (*RIGHTSHOLDERS, STRANGER)


def more_permissive(after: Answer, before: Answer) -> bool:
    """Whether an answer rose in the order, or from nothing known to a yes of any kind."""
    then, now = str(before.decision), str(after.decision)
    if then == "unregistered":
        return now in {"conditional", "allow"}
    if now == "unregistered":
        return True
    return RESTRICTIVENESS.index(now) > RESTRICTIVENESS.index(then)


def seen_as(before: Answer, after: Answer) -> str:
    return f"{before.decision} → {after.decision}"


@pytest.mark.parametrize("case", ADDED_LATER, ids=lambda case: case.__name__)
def test_a_yes_reaches_what_came_later_once_it_is_said_again(
    case: Callable[[], HardCase],
) -> None:
    hard = case()
    before = fast(hard.log.entries, hard.asked)
    assert (str(before.decision), [str(r) for r in before.reasons]) == ("unstated", ["added-later"])
    for entry in list(hard.log.entries):
        if isinstance(entry.event, Declared):
            hard.log.add(entry.event)
    after = fast(hard.log.entries, hard.asked)
    assert str(after.decision) == "allow"
    assert told(after) == told(slow(hard.log.entries, hard.asked))


@pytest.mark.parametrize("step", COUNTEREXAMPLES, ids=lambda step: step.__name__)
def test_no_step_that_once_made_an_answer_rise_does(step: Callable[[], Step]) -> None:
    one = step()
    before, after = (fast(history, one.asked) for history in (one.before, one.log.entries))
    assert not more_permissive(after, before), (before, after)
    for history in (one.before, one.log.entries):
        assert told(fast(history, one.asked)) == told(slow(history, one.asked))


@given(cases())
@settings(slow_to_draw, max_examples=examples(400))
def test_the_rules_and_the_model_agree_on_what_comes_later(
    case: tuple[list[Sequenced], Asked],
) -> None:
    history, asked = case
    expected = slow(history, asked)
    event(f"{expected.decision} {' '.join(expected.reasons)}")
    assert told(fast(history, asked)) == told(expected)


@given(cases(), st.sampled_from(LaterMaker.ADDING), st.data())
@settings(slow_to_draw, max_examples=examples(300))
def test_no_act_of_adding_makes_an_answer_more_permissive(
    case: tuple[list[Sequenced], Asked], act: str, data: st.DataObject
) -> None:
    history, asked = case
    grown = grown_by(data.draw, history, act, ANYBODY)
    before, after = fast(history, asked), fast(grown, asked)
    event(seen_as(before, after))
    assert not more_permissive(after, before), (before, after)


@given(put_off())
@settings(slow_to_draw, max_examples=examples(400))
def test_what_is_put_off_until_after_a_yes_makes_no_answer_more_permissive(
    case: tuple[list[Sequenced], list[Sequenced], list[Sequenced], Asked],
) -> None:
    history, without, grown, asked = case
    before, after = fast(without, asked), fast(grown, asked)
    event(seen_as(before, after))
    in_its_time = fast(history, asked)
    event(f"in its time {in_its_time.decision}, put off {after.decision}")
    target(
        float(in_its_time.permitted and len(grown) > len(without)), label="permitted in its time"
    )
    assert not more_permissive(after, before), (before, after)


@given(cases(), st.data())
@settings(slow_to_draw, max_examples=examples(150))
def test_a_denial_makes_no_answer_more_permissive(
    case: tuple[list[Sequenced], Asked], data: st.DataObject
) -> None:
    history, asked = case
    grown = grown_by(data.draw, history, "denied", ANYBODY)
    before, after = fast(history, asked), fast(grown, asked)
    event(seen_as(before, after))
    assert not more_permissive(after, before)


@given(cases(), st.data())
@settings(slow_to_draw, max_examples=examples(150))
def test_taking_back_a_yes_makes_no_answer_more_permissive(
    case: tuple[list[Sequenced], Asked], data: st.DataObject
) -> None:
    history, asked = case
    grown = grown_by(data.draw, history, "withdrawn_allow", ANYBODY)
    before, after = fast(history, asked), fast(grown, asked)
    event(seen_as(before, after))
    assert not more_permissive(after, before), (before, after)


@given(cases(), st.data())
@settings(slow_to_draw, max_examples=examples(200))
def test_a_proof_that_lapses_makes_no_answer_more_permissive(
    case: tuple[list[Sequenced], Asked], data: st.DataObject
) -> None:
    history, asked = case
    if data.draw(st.booleans()):  # in which a denial needs proof too
        asked = replace(asked, usage=Usage.SEARCH)
    grown = grown_by(data.draw, history, "lapse", ANYBODY)
    before, after = fast(history, asked), fast(grown, asked)
    event(seen_as(before, after))
    assert not more_permissive(after, before), (before, after)


@given(put_off(), st.data())
@settings(slow_to_draw, max_examples=examples(400))
def test_conditions_in_the_place_of_a_yes_make_no_answer_more_permissive(
    case: tuple[list[Sequenced], list[Sequenced], list[Sequenced], Asked], data: st.DataObject
) -> None:
    _, _, history, asked = case  # in which the yes does not reach all there is
    grown = grown_by(data.draw, history, "conditions_instead", ANYBODY)
    before, after = fast(history, asked), fast(grown, asked)
    event(seen_as(before, after) if len(grown) > len(history) else "no allow to replace")
    assert not more_permissive(after, before), (before, after)
