"""What is said about an identifier, and what of it is new; limits of the registry are waited for."""

import json
from typing import Any

import pytest

from registry.client.monitor.watching import Said, look_up, news
from registry.client.wire import Lost, Pause, Reply, Request
from registry.errors import Unavailable, VerificationFailed

HEAD = {"origin": "log.example/log", "size": 3, "root": "A" * 43 + "="}


def evidence(name: str, preference: str | None = "deny", speaks: bool = True) -> dict[str, Any]:
    says = {
        "usages": ["ai-training"],
        "preference": preference,
        "speaks": speaks,
        "reason": "lapsed",
    }
    return {
        "matched": "isrc:GBAYE0601498",
        "rightsholder": name,
        "assurance": "declared",
        "record": "r1" if preference else None,
        "grantee": None,
        "says": [says],
    }


def reply(decision: str, *voices: dict[str, Any]) -> Reply:
    members = {
        "answers": [{"usage": "ai-training", "decision": decision}],
        "evidence": voices,
        "checkpoint": HEAD,
    }
    return Reply(200, {}, json.dumps(members).encode())


def look(*replies: Reply | Lost) -> tuple[Said, list[float]]:
    waiting, pauses = list(replies), []
    flow = look_up("https://r.example", "isrc:GBAYE0601498", 0)
    step = next(flow)
    try:
        while True:
            if isinstance(step, Pause):
                pauses.append(step.seconds)
                step = flow.send(None)
                continue
            assert isinstance(step, Request)
            assert step.url == "https://r.example/lookup?id=isrc%3AGBAYE0601498&format=json"
            step = flow.send(waiting.pop(0))
    except StopIteration as done:
        return done.value, pauses


def test_the_first_look_is_no_news_and_a_change_is() -> None:
    before, _ = look(reply("deny", evidence("Ada")))
    assert news(None, before) == []
    assert news(before.members(), before) == []
    after, _ = look(reply("allow", evidence("Ada", "allow"), evidence("Bo", None)))
    told = news(before.members(), after)
    assert len(told) == 4
    assert told[0].startswith(
        "now said: Ada (declared, isrc:GBAYE0601498, record r1): ai-training: allow"
    )
    assert told[1] == "now said: Bo (declared, isrc:GBAYE0601498): ai-training: nothing"
    assert told[2].startswith("no longer: Ada")
    assert told[3] == "ai-training: deny → allow"


def test_a_voice_that_is_passed_over_says_why() -> None:
    said, _ = look(reply("deny", evidence("Ada", "allow", speaks=False)))
    assert "passed over: lapsed" in next(iter(said.voices))


def test_limits_are_waited_for_and_nothing_is_made_of_no_answer() -> None:
    _, pauses = look(Reply(429, {"retry-after": "7"}, b""), Lost("x"), reply("deny"))
    assert pauses == [7.0, 20.0]
    with pytest.raises(Unavailable, match="does not answer"):
        look(*[Lost("x")] * 4)
    with pytest.raises(Unavailable, match="status 400"):
        look(Reply(400, {}, b""))
    for body in (
        b"",
        b"[]",
        b'{"answers": []}',
        b'{"answers": [], "evidence": [], "checkpoint": 3}',
    ):
        with pytest.raises(VerificationFailed):
            look(Reply(200, {}, body))
