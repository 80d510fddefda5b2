"""`registry claims challenge` and `registry claims prove`, with a real fetch process and real sites."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from registry.bootstrap import Registry
from registry.cli.main import main
from registry.services.actor import Actor
from registry.services.find import the_rightsholder
from registry.services.register_work import NewLocation, register_location
from tests.cli.conftest import Command, Held
from tests.fetching.sites import Web, reply

SITE = "https://artist.example/"
FILE = "/.well-known/consent-registry.txt"


@pytest.fixture
def claim(command: Command, registry: Registry) -> str:
    holder = command.json("rightsholders", "add", "Ada")["rightsholder"]
    with registry.writing() as ledger:
        place = register_location(ledger, holder, NewLocation(SITE), Actor("test", "token"))
    return place.claims[0].id


def prove(command: Command, web: Web, *words: str, code: int) -> Result:
    """Calls the command from Python, which is how it is handed the program that looks."""
    call = ["claims", "prove", *words]
    result = CliRunner().invoke(main, call, env=command.env, obj=web.command())
    assert result.exit_code == code, result.output
    return result


def test_the_challenge_gives_every_way_with_its_line(command: Command, claim: str) -> None:
    asked = command.json("claims", "challenge", claim)
    assert [way["means"] for way in asked["ways"]] == ["host-file", "page", "dns"]
    words = command("claims", "challenge", claim).stdout
    for way in asked["ways"]:
        assert way["line"] in words
        assert way["place"] in words


def test_what_was_looked_at_and_what_was_found_is_printed(
    command: Command, registry: Registry, web: Web, claim: str
) -> None:
    failed = prove(command, web, claim, code=1)
    assert f"https://artist.example{FILE}" in failed.stdout
    assert "DNS does not know artist.example" in failed.stdout
    web.put("artist.example", FILE, reply(command.json("claims", "challenge", claim)["token"]))
    proved = prove(command, web, claim, "--steward", "Bea", code=0)
    assert "it proves the location" in proved.stdout
    with registry.reading() as uow:
        (held,) = [
            grant
            for grant in the_rightsholder(uow, _holder(command)).grants
            if grant.claim == claim
        ]
    assert (held.location, held.level) == (SITE, "controlled")
    again = json.loads(prove(command, web, claim, "--json", code=0).stdout)
    assert (again["state"], again["seen"][0]["proved"]) == ("proved", True)


def _holder(command: Command) -> str:
    (listed,) = command.json("rightsholders", "list")
    return str(listed["id"])


def test_a_claim_on_a_work_has_no_challenge_and_without_a_digest_nothing_to_look_at(
    command: Command, web: Web, hold: Callable[..., Held]
) -> None:
    held = hold()
    assert "prove a location" in command("claims", "challenge", held.claim, code=1).stderr
    assert "sha256" in prove(command, web, held.claim, code=1).stderr
    assert "no claim" in prove(command, web, "nobody", code=1).stderr


def test_in_production_the_registrys_own_process_looks_and_not_into_this_machine(
    command: Command, registry: Registry
) -> None:
    holder = command.json("rightsholders", "add", "Eve")["rightsholder"]
    with registry.writing() as ledger:
        place = register_location(
            ledger, holder, NewLocation("https://127.0.0.1/"), Actor("t", "token")
        )
    failed = command("claims", "prove", place.claims[0].id, code=1)
    assert "never connected to (loopback)" in failed.stdout
