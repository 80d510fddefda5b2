"""Events are read many at a time, and the first that is wrong is named as if they were read one by one."""

import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from registry.client.exports.log_events import LogEvent, logged_events, read_events
from registry.errors import VerificationFailed
from registry.instants import rfc3339
from tests.exported import leaf_of
from tests.registries import START

COUNT = 400
"""So many that they are read in several parts."""


def line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


EVENTS = [
    {
        "index": index,
        "id": f"01a0c450-6c06-74b5-8fe6-{index:012d}",
        "type": "work.registered",
        "time": rfc3339(START + index // 7),
        "body": json.dumps({"title": 'Träum "er"\u2028' * Random(index).randrange(40)}),
    }
    for index in range(COUNT)
]
LINES = [line(each) for each in EVENTS]
LEAVES = [leaf_of(each) for each in EVENTS]


def read(lines: list[bytes], *, whole: bool = True) -> tuple[list[LogEvent], str | None]:
    """The events that count, and what is wrong with the one after them."""
    found = []
    try:
        for event, digest in logged_events(
            io.BytesIO(b"".join(lines)), io.BytesIO(b"".join(LEAVES)), whole=whole
        ):
            assert digest == event.body_digest
            found.append(event)
    except VerificationFailed as error:
        return found, error.message
    return found, None


def test_what_is_as_it_should_be_is_read_whole() -> None:
    assert sum(map(len, LINES)) > 3 * 64 * 1024
    found, wrong = read(LINES)
    assert (wrong, [event.body for event in found]) == (None, [each["body"] for each in EVENTS])
    assert [event.id for event in read_events(io.BytesIO(b"".join(LINES)))] == [
        each["id"] for each in EVENTS
    ]


def respelt(name: str, value: Any) -> Callable[[int], list[bytes]]:
    return lambda at: [line({**EVENTS[at], name: value})]


KINDS: dict[str, tuple[Callable[[int], list[bytes]], str]] = {
    "no JSON": (lambda _at: [b"{\n"], "line {number} of data/log/events.jsonl is no event"),
    "nothing": (lambda _at: [b"\n"], "line {number} of data/log/events.jsonl is no event"),
    "unknown member": (respelt("more", 1), "line {number} of data/log/events.jsonl is no event"),
    "blanks": (
        lambda at: [json.dumps(EVENTS[at], ensure_ascii=False).encode() + b"\n"],
        "line {number} of data/log/events.jsonl is not written",
    ),
    "a carriage return": (
        lambda at: [LINES[at][:-1] + b"\r\n"],
        "line {number} of data/log/events.jsonl is not written",
    ),
    "twice in one": (
        lambda at: [LINES[at].replace(b'"time"', b'"time":"x","time"')],
        "line {number} of data/log/events.jsonl is not written",
    ),
    "body and digest": (respelt("digest", "x"), "event {at} has to have a body, or all"),
    "another body": (respelt("body", "{}"), "event {at} (work.registered, 01a0c450"),
    "another time": (respelt("time", rfc3339(START + 1_000)), "event {at} (work.registered"),
    "left out": (lambda _at: [], "event {at} is missing"),
    "doubled": (lambda at: [LINES[at]] * 2, "event {at} is out of order, or there twice"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_that_is_wrong_is_named_in_whatever_part_it_lies(kind: str) -> None:
    change, words = KINDS[kind]
    for at in (0, *Random(kind).sample(range(1, COUNT), 6), COUNT - 1):
        found, wrong = read([*LINES[:at], *change(at), *LINES[at + 1 :]])
        assert len(found) == at + (kind == "doubled")
        assert str(wrong).startswith(words.format(at=at, number=at + 1)), wrong


def test_a_last_line_that_is_cut_off_is_not_written_as_it_should_be() -> None:
    found, wrong = read([*LINES[:-1], LINES[-1][:-1]])
    assert (len(found), f"line {COUNT} of" in str(wrong)) == (COUNT - 1, True)


def test_with_a_scope_events_may_be_missing_and_none_may_be_another() -> None:
    left = [*LINES[:100], *LINES[150:]]
    assert read(left, whole=False)[1] is None
    found, wrong = read([*left[:300], line({**EVENTS[350], "id": "x"}), *left[301:]], whole=False)
    assert (len(found), str(wrong)[:9]) == (300, "event 350")
    beyond = line({**EVENTS[-1], "index": COUNT + 9})
    assert "beyond the end of the log" in str(read([*LINES, beyond], whole=False)[1])
