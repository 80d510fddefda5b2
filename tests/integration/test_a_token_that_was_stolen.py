"""What a thief with nothing but a token can reach, over HTTP, on both databases: no yes, by no road.

A rightsholder's catalogue is permitted, proved and in effect. The token then adds whatever it can; what it
adds is not permitted, and stays so for as long as the rightsholder declares nothing new.
"""

from collections.abc import Callable
from typing import Any

import pytest

from registry.services.attest_claim import attest_claim
from tests.registries import STEWARD
from tests.served import HOUR, Served

ISRC, NEW_ISRC, OTHERS_ISRC = "isrc:GBAYE0601498", "isrc:GBAYE0601499", "isrc:USRC17607839"
ISWC, UPC = "iswc:T0345246801", "upc:036000291452"
CATALOGUE = {"catalogue": True}


def permitted_catalogue(world: Served) -> dict[str, Any]:
    """A recording under a proved prefix, and a standing yes for the whole catalogue."""
    recording = world.work(ISRC)
    with world.registry.writing() as ledger:
        attest_claim(ledger, recording["claim"]["id"], STEWARD, "seen", prefix="isrc:GBAYE")
    world.declare(CATALOGUE, generative_training="allow", voice_likeness="allow")
    world.settle()
    assert world.ask(ISRC)["decision"] == "allow"
    return recording


def a_work_under_the_proved_prefix(world: Served, _: dict[str, Any]) -> tuple[str, str]:
    world.work(NEW_ISRC)
    return NEW_ISRC, "generative-training"


def an_identifier_under_the_proved_prefix(world: Served, work: dict[str, Any]) -> tuple[str, str]:
    world.post(f"/v1/works/{work['id']}/identifiers", {"identifiers": [NEW_ISRC]})
    return NEW_ISRC, "generative-training"


def a_claim_to_the_performance(world: Served, work: dict[str, Any]) -> tuple[str, str]:
    world.post(f"/v1/works/{work['id']}/claims", {"role": "performance", "inside": "mine"})
    return ISRC, "voice-likeness"


def the_same_yes_once_more(world: Served, work: dict[str, Any]) -> tuple[str, str]:
    world.work(NEW_ISRC)
    world.declare(CATALOGUE, generative_training="allow")
    return NEW_ISRC, "generative-training"


def a_milder_word_in_place_of_the_yes(world: Served, work: dict[str, Any]) -> tuple[str, str]:
    world.work(NEW_ISRC)
    world.declare(CATALOGUE, generative_training="conditional")
    return NEW_ISRC, "generative-training"


@pytest.mark.parametrize(
    "act",
    [
        a_work_under_the_proved_prefix,
        an_identifier_under_the_proved_prefix,
        a_claim_to_the_performance,
        the_same_yes_once_more,
        a_milder_word_in_place_of_the_yes,
    ],
)
def test_a_token_alone_extends_no_permission(
    world: Served, act: Callable[[Served, dict[str, Any]], tuple[str, str]]
) -> None:
    asked, usage = act(world, permitted_catalogue(world))
    for _ in range(2):
        answer = world.ask(asked, usage=usage)
        assert not answer["permitted"]
        assert answer["opted_out"]
        assert answer["decision"] in ("unstated", "deny")
        world.clock.forward(100 * HOUR)  # and waiting helps nobody


def test_what_was_permitted_before_stays_permitted_beside_what_a_token_adds(world: Served) -> None:
    permitted_catalogue(world)
    world.work(NEW_ISRC)
    assert world.ask(ISRC)["decision"] == "allow"
    assert world.ask(NEW_ISRC)["reasons"] == ["added-later"]


def test_the_rightsholder_extends_it_by_declaring_again(world: Served) -> None:
    permitted_catalogue(world)
    world.work(NEW_ISRC)
    world.declare(CATALOGUE, generative_training="allow")
    assert world.ask(ISRC)["decision"] == "allow"  # the first speaks until the second does
    world.settle()
    assert [world.ask(each)["decision"] for each in (ISRC, NEW_ISRC)] == ["allow", "allow"]


def test_a_track_put_on_a_permitted_release_is_not_permitted_by_it(world: Served) -> None:
    release = world.work(UPC, kind="release")
    with world.registry.writing() as ledger:
        for prefix in ("upc:", "isrc:GBAYE"):
            only = {"identifier": UPC} if prefix == "upc:" else {"prefix": prefix}
            attest_claim(ledger, release["claim"]["id"], STEWARD, "seen", **only)  # type: ignore[arg-type]
    world.declare({"work": release["id"]}, generative_training="allow")
    world.settle()
    assert world.ask(UPC)["decision"] == "allow"
    world.work(NEW_ISRC, part_of=[release["id"]])
    assert world.ask(NEW_ISRC)["decision"] == "unstated"


def test_a_link_confirmed_later_lends_the_songs_permission_to_no_recording(world: Served) -> None:
    song = world.work(ISWC, by="R2", kind="composition", role="composition", embodies=None)
    world.prove(song, ISWC, "attested")
    world.declare({"work": song["id"]}, by="R2", generative_training="allow")
    recording = world.work(OTHERS_ISRC, embodies=[song["id"]])
    world.prove(recording, OTHERS_ISRC)
    world.declare({"work": recording["id"]}, generative_training="allow")
    world.settle()
    world.post(f"/v1/links/{recording['links'][0]['id']}/confirm", by="R2")
    assert world.ask(OTHERS_ISRC)["decision"] == "unstated"


def test_a_place_claimed_again_as_wholly_theirs_is_not_permitted(world: Served) -> None:
    place = world.location("https://artist.example/", sole=False)
    world.prove(place, "location")
    world.declare(CATALOGUE, generative_training="allow")
    world.settle()
    assert world.ask("https://artist.example/x")["decision"] == "unstated"
    world.location("https://artist.example/", sole=True)
    assert not world.ask("https://artist.example/x")["permitted"]
