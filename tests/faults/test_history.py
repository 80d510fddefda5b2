"""The checker finds what it looks for: a true history has nothing wrong, and each lie in it is found."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from registry.bootstrap import Registry
from tests.faults.history import Answered, History, Refused, broken
from tests.faults.processes import processes, wait_until
from tests.faults.traffic import parties, traffic

MANY = 12
"""Writes, so that there is something to get wrong."""


def is_rich(history: History) -> bool:
    decided = {one["decision"] for each in list(history.answers) for one in each.results}
    return (
        len(history.writes) > MANY
        and decided >= {"deny", "allow", "unregistered"}
        and any(known_before(history, each, "deny") for each in list(history.answers))
    )


def known_before(history: History, answer: Answered, decision: str) -> bool:
    """Was it this decision, on something that its writer had been told of before the question was sent?"""
    return answer.results[-1]["decision"] == decision and any(
        written.identifier == answer.identifiers[-1] and written.told < answer.sent
        for written in list(history.writes)
        if written.kind == "declaration"
    )


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[History, Registry]]:
    """A history of a registry that nothing happened to, and the registry."""
    folder = tmp_path_factory.mktemp("history")
    with processes(folder, f"sqlite:///{folder / 'registry.sqlite'}") as server:
        registry = server.open()
        taking_part = parties(registry)
        server.start("--no-worker")
        with traffic([server.url], taking_part) as load:
            load.goes_on()
            wait_until(lambda: is_rich(load.history), "each kind of answer, and many writes")
        print(load.history.summary())
        yield load.history, registry
        registry.close()


def test_a_true_history_has_nothing_wrong(recorded: tuple[History, Registry]) -> None:
    history, registry = recorded
    assert broken(history, registry) == []
    decisions = {one["decision"] for each in history.answers for one in each.results}
    assert decisions >= {"deny", "allow", "unregistered"}, "there was something to get wrong"
    assert not history.refusals


def last_answer(history: History, decision: str) -> Answered:
    return max(
        (each for each in history.answers if known_before(history, each, decision)),
        key=lambda each: each.sent,
    )


def with_answer(history: History, old: Answered, **changes: Any) -> History:
    answers = [each for each in history.answers if each is not old]
    return replace(history, answers=[*answers, replace(old, **changes)])


def a_write_is_lost(history: History) -> History:
    last = max(history.writes, key=lambda each: each.index)
    receipt = {**last.reply["receipt"], "index": last.index + 1_000}
    return replace(
        history, writes=[*history.writes, replace(last, reply={**last.reply, "receipt": receipt})]
    )


def a_write_has_other_bytes(history: History) -> History:
    first, *rest = history.writes
    event = first.reply["receipt"]["event"] + " "
    reply = {**first.reply, "receipt": {**first.reply["receipt"], "event": event}}
    return replace(history, writes=[replace(first, reply=reply), *rest])


def a_retry_was_counted_again(history: History) -> History:
    return replace(history, writes=history.writes[1:])


def a_no_is_answered_as_not_registered(history: History) -> History:
    answer = last_answer(history, "deny")
    none = {**answer.results[-1], "decision": "unregistered", "reasons": []}
    return with_answer(history, answer, results=(*answer.results[:-1], none))


def a_no_is_answered_as_a_yes(history: History) -> History:
    answer = last_answer(history, "deny")
    yes = {**answer.results[-1], "decision": "allow", "permitted": True}
    return with_answer(history, answer, results=(*answer.results[:-1], yes))


def an_answer_rests_on_an_older_log(history: History) -> History:
    first = min(history.answers, key=lambda each: each.size)
    return with_answer(history, last_answer(history, "deny"), size=first.size, root=first.root)


def an_answer_rests_on_another_log(history: History) -> History:
    return with_answer(history, last_answer(history, "deny"), root=bytes(32))


def time_goes_back(history: History) -> History:
    answer = last_answer(history, "deny")
    return with_answer(history, answer, at=answer.at - 60_000)  # further than the last pause


def somebody_is_told_that_there_is_nothing_there(history: History) -> History:
    return replace(history, refusals=[Refused("asker 0", 0.0, 404, "not-found")])


@pytest.mark.faults
@pytest.mark.parametrize(
    ("lie", "found"),
    [
        (a_write_is_lost, "lost:"),
        (a_write_has_other_bytes, "other bytes:"),
        (a_retry_was_counted_again, "count:"),
        (a_no_is_answered_as_not_registered, "against a word:"),
        (a_no_is_answered_as_not_registered, "rules:"),
        (a_no_is_answered_as_a_yes, "against a word:"),
        (an_answer_rests_on_an_older_log, "gone back: size"),
        (an_answer_rests_on_another_log, "fork:"),
        (time_goes_back, "gone back: time"),
        (somebody_is_told_that_there_is_nothing_there, "refused:"),
    ],
)
def test_a_lie_is_found(
    recorded: tuple[History, Registry], lie: Callable[[History], History], found: str
) -> None:
    history, registry = recorded
    words = broken(lie(history), registry, by_the_slow_model=0)
    assert any(each.startswith(found) for each in words), words
