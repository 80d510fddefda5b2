"""`registry claims`: assurance by a steward's hand, with a reason."""

from collections.abc import Callable

from registry.bootstrap import Registry
from registry.services.find import the_claim, the_rightsholder
from tests.cli.conftest import Command, Held

ISRC = "isrc:GBAYE0601498"


def test_an_identifier_is_attested_and_lapses(
    command: Command, registry: Registry, hold: Callable[..., Held]
) -> None:
    claim = hold().claim
    words = ("claims", "attest", claim, "--identifier", "isrc:gb-aye-06-01498", "--reason", "seen")
    gained = command.json(*words)
    assert gained["for"] == ISRC
    with registry.reading() as uow:
        assert [grant.id for grant in the_claim(uow, claim)[2].grants] == [gained["grant"]]
    command("claims", "lapse", gained["grant"], "--reason", "it was a mistake")
    with registry.reading() as uow:
        assert [grant.lapsed for grant in the_claim(uow, claim)[2].grants] == [True]


def test_a_prefix_is_attested_for_the_rightsholder(
    command: Command, registry: Registry, hold: Callable[..., Held]
) -> None:
    held = hold()
    words = ("claims", "attest", held.claim, "--prefix", "isrc:GBAYE", "--reason", "issued")
    command(*words, "--level", "controlled")
    with registry.reading() as uow:
        (grant,) = the_rightsholder(uow, held.rightsholder).grants
    assert (grant.prefix, grant.level) == ("isrc:GBAYE", "controlled")


def test_exactly_one_thing_is_attested(command: Command, hold: Callable[..., Held]) -> None:
    claim = hold().claim
    assert "give one of" in command("claims", "attest", claim, "--reason", "x", code=1).stderr
    words = ("--identifier", ISRC, "--prefix", "isrc:GBAYE", "--reason", "x")
    assert "give one of" in command("claims", "attest", claim, *words, code=1).stderr
    assert (
        "on a work"
        in command("claims", "attest", claim, "--location", "--reason", "x", code=1).stderr
    )


def test_a_reason_is_needed(command: Command, hold: Callable[..., Held]) -> None:
    claim = hold().claim
    command("claims", "attest", claim, "--identifier", ISRC, code=2)
    words = ("claims", "attest", claim, "--identifier", ISRC, "--reason", " ")
    assert "say why" in command(*words, code=1).stderr


def test_an_objection_is_made_and_answered_by_two_stewards(
    command: Command, hold: Callable[..., Held]
) -> None:
    mine, theirs = hold("Ada"), hold("Stranger")
    assert command.json("claims", "object", theirs.claim, "--by", mine.claim)["state"] == "objected"
    words = ("claims", "answer", theirs.claim, "--reason", "papers seen", "--steward", "Bea")
    confirm = ("proposals", "confirm", command.json(*words)["proposal"], "--steward")
    assert "two different stewards" in command(*confirm, "bea ", code=1).stderr
    assert command.json(*confirm, "Cyd")["state"] == "confirmed"


def test_claims_are_listed_by_rightsholder_and_by_identifier(
    command: Command, hold: Callable[..., Held]
) -> None:
    held = hold()
    command("claims", "attest", held.claim, "--identifier", ISRC, "--reason", "seen")
    dispute = command.json("disputes", "open", held.claim, "--reason", "mine")["dispute"]
    for words in (("--rightsholder", held.rightsholder), ("--identifier", "isrc:gb-aye-06-01498")):
        (listed,) = command.json("claims", "list", *words)
        assert (listed["claim"], listed["state"]) == (held.claim, "disputed")
        assert (listed["grants"][0]["for"], listed["disputes"]) == (ISRC, [dispute])
        assert dispute in command("claims", "list", *words).stdout
    assert "one of" in command("claims", "list", code=2).stderr
