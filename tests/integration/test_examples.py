"""The 28 examples of how the registry answers, over HTTP, on both databases.

Each is a story of what was said and proved, and the answers to the questions asked of it.
"""

from collections.abc import Callable
from typing import Any

import pytest

from registry.instants import rfc3339
from tests.served import HOUR, Served

URL, ISRC = "https://artist.com/x", "isrc:GBAYE0601498"
OTHER_ISRC, ISWC, UPC = "isrc:USRC17607839", "iswc:T-034.524.680-1", "upc:036000291452"

Answers = list[tuple[dict[str, Any], str, list[str]]]
"""What came back, the decision that is right, and reasons that have to be among those given."""


def the(work: dict[str, Any]) -> dict[str, Any]:
    return {"work": work["id"]}


CATALOGUE = {"catalogue": True}


def allowed(
    world: Served, *identifiers: str, by: str = "R1", proved: str = URL, **more: Any
) -> dict[str, Any]:
    """A work with an allow for generative training, proved for one identifier."""
    work = world.work(*identifiers, by=by, **more)
    world.prove(work, proved)
    world.declare(the(work), by=by, generative_training="allow")
    world.settle()
    return work


def example_1(world: Served) -> Answers:
    return [(world.ask(ISRC), "unregistered", [])]


def example_2(world: Served) -> Answers:
    world.declare(the(world.work(ISRC)), generative_training="deny")
    return [(world.ask(ISRC), "deny", [])]


def example_3(world: Served) -> Answers:
    world.declare(the(world.work(ISRC)), generative_training="allow")
    world.settle()
    return [(world.ask(ISRC), "unstated", ["unproven"])]


def example_4(world: Served) -> Answers:
    allowed(world, URL, ISRC)
    return [(world.ask(URL), "allow", [])]


def example_5(world: Served) -> Answers:
    allowed(world, URL, ISRC)
    return [(world.ask(ISRC), "unstated", ["unproven"])]


def example_6(world: Served) -> Answers:
    world.declare(the(world.work(ISRC)), generative_training="deny")
    return [(world.ask(ISRC, usage="search"), "unstated", ["not-stated"])]


def example_7(world: Served) -> Answers:
    work = world.work(URL)
    world.prove(work, URL)
    world.declare(CATALOGUE, generative_training="deny")
    world.declare(the(work), generative_training="allow")
    world.settle()
    return [(world.ask(URL), "allow", [])]


def example_8(world: Served) -> Answers:
    work = world.work(URL)
    world.declare(CATALOGUE, generative_training="deny")
    world.declare(the(work), generative_training="allow")
    world.settle()
    return [(world.ask(URL), "deny", [])]


def example_9(world: Served) -> Answers:
    work = world.work(URL)
    world.declare(CATALOGUE, generative_training="deny")
    world.declare(the(work), search="deny")
    return [(world.ask(URL), "deny", [])]


def example_10(world: Served) -> Answers:
    work = world.work(URL)
    world.prove(work, URL)
    world.declare(the(work), generative_training="deny")
    world.declare(the(work), to="P", generative_training="allow")
    world.settle()
    return [
        (world.ask(URL, asker="P"), "allow", []),
        (world.ask(URL, asker="Q"), "deny", []),
        (world.ask(URL, asker=None), "deny", []),
    ]


def example_11(world: Served) -> Answers:
    work = world.work(URL)
    world.prove(work, URL)
    world.declare(CATALOGUE, to="P", generative_training="deny")
    world.declare(the(work), generative_training="allow")
    world.settle()
    return [
        (world.ask(URL, asker="P"), "deny", []),
        (world.ask(URL, asker="Q"), "allow", []),
        (world.ask(URL, asker=None), "unstated", ["depends-on-asker"]),
    ]


def example_12(world: Served) -> Answers:
    song = world.work(ISWC, by="R2", kind="composition", role="composition", embodies=None)
    world.declare(the(song), by="R2", generative_training="deny")
    allowed(world, URL, embodies=[song["id"]])
    return [(world.ask(URL), "deny", [])]


def example_13(world: Served) -> Answers:
    allowed(world, URL, embodies=None)
    return [(world.ask(URL), "unstated", ["composition-unknown"])]


def example_14(world: Served) -> Answers:
    work = allowed(world, URL)
    world.post(f"/v1/works/{work['id']}/claims", {"role": "recording"}, by="R2")
    return [(world.ask(URL), "unstated", ["co-owner-silent"])]


def example_14b(world: Served) -> Answers:
    more = {"kind": "composition", "role": "composition", "embodies": None}
    song = allowed(world, ISWC, by="R2", proved="iswc:T0345246801", **more)
    work = allowed(world, URL, embodies=[song["id"]])
    before = world.ask(URL)
    world.post(f"/v1/links/{work['links'][0]['id']}/confirm", by="R2")
    confirmed = world.ask(URL)  # what R2 permitted before reaches no link that came later
    world.declare(the(song), by="R2", generative_training="allow")
    world.settle()
    return [
        (before, "unstated", ["unproven"]),
        (confirmed, "unstated", ["added-later"]),
        (world.ask(URL), "allow", []),
    ]


def example_15(world: Served) -> Answers:
    place = world.location("https://m.example/a/")
    world.declare({"location": place["id"]}, generative_training="deny")
    return [
        (world.ask("https://m.example/a/x.mp3"), "deny", []),
        (world.ask("https://m.example/abc"), "unregistered", []),
    ]


def example_16(world: Served) -> Answers:
    place = world.location("https://m.example/a/")
    world.declare({"location": place["id"]}, generative_training="deny")
    world.work("https://m.example/a/x.mp3", ISRC)
    return [(world.ask(ISRC), "deny", [])]


def example_17(world: Served) -> Answers:
    work = world.work(ISRC)
    world.declare(the(work), generative_training="deny")
    world.declare(the(work), search="allow")
    world.settle()
    return [(world.ask(ISRC), "deny", [])]


def example_18(world: Served) -> Answers:
    work = world.work(ISRC)
    world.declare(the(work), generative_training="deny")
    march, april = world.clock() + 24 * HOUR, world.clock() + 31 * 24 * HOUR
    world.declare(
        the(work), generative_training="deny", valid_from=rfc3339(march), valid_until=rfc3339(april)
    )
    world.clock.now = april + HOUR
    return [(world.ask(ISRC), "deny", [])]


def example_19(world: Served) -> Answers:
    work = world.work(URL)
    world.prove(work, URL)
    world.declare(the(work), generative_training="deny")
    loosened = world.declare(the(work), generative_training="allow")
    assert loosened["takes_effect_at"] == rfc3339(world.registry_time() + 72 * HOUR)
    before = world.ask(URL)
    world.settle()
    return [(before, "deny", []), (world.ask(URL), "allow", [])]


def example_20(world: Served) -> Answers:
    work = world.work(URL, ISRC)
    world.prove(work, URL)
    world.declare(the(work), generative_training="conditional")
    world.settle()
    proved, unproved = world.ask(URL), world.ask(ISRC)
    assert unproved["evidence"][0]["conditions"], "the conditions are shown"
    return [(proved, "conditional", []), (unproved, "deny", ["conditions-unverified"])]


def example_21(world: Served) -> Answers:
    allowed(world, URL)
    world.declare(the(world.work(OTHER_ISRC, by="R2")), by="R2", generative_training="deny")
    return [(world.ask(URL, OTHER_ISRC), "deny", [])]


def example_22(world: Served) -> Answers:
    world.declare(the(world.work(URL)), generative_training="deny")
    told = world.ask("isrc:USRC1760783", URL)
    assert told["error"]["field"] == "items[0].identifiers[0]"
    return [(told, "deny", [])]


def example_23(world: Served) -> Answers:
    told = world.ask("isrc:USRC1760783")
    assert "decision" not in told
    assert told["error"]["field"] == "items[0].identifiers[0]"
    return [(told, "error", [])]


def example_24(world: Served) -> Answers:
    release = world.work(UPC, kind="release", embodies="mine")
    world.declare(the(release), generative_training="deny")
    world.work(ISRC, part_of=[release["id"]])
    return [(world.ask(ISRC), "deny", [])]


def example_25(world: Served) -> Answers:
    refused = world.send("POST", "/v1/locations", "R1", {"url": "https://soundcloud.com/"})
    assert refused.status_code == 422
    assert refused.json()["field"] == "url"
    return [(world.ask("https://soundcloud.com/somebody/a-track"), "unregistered", [])]


def example_26(world: Served) -> Answers:
    world.declare(the(world.work(URL)), generative_training="deny")
    return [(world.ask("http://www.artist.com/x/?utm_source=a"), "deny", [])]


def example_27(world: Served) -> Answers:
    allowed(world, URL)
    return [(world.ask("https://www.artist.com/X"), "unstated", ["unproven"])]


EXAMPLES = [each for name, each in sorted(globals().items()) if name.startswith("example_")]
FLAGS = {
    "allow": (True, False),
    "conditional": (False, True),
    "deny": (False, True),
    "unstated": (False, True),
    "unregistered": (False, False),
    "error": (False, True),
}


def test_all_28_examples_are_here() -> None:
    assert len(EXAMPLES) == 28


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: str(each.__name__))
def test_the_registry_answers_as_the_example_says(
    world: Served, example: Callable[[Served], Answers]
) -> None:
    for told, decision, reasons in example(world):
        assert told.get("decision", "error") == decision, told
        assert (told["permitted"], told["opted_out"]) == FLAGS[decision]
        assert set(reasons) <= set(told.get("reasons", []))
