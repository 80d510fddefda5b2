"""`registry disputes`: opened by one steward, decided by two."""

from collections.abc import Callable

from registry.bootstrap import Registry
from registry.services.find import the_claim
from tests.cli.conftest import Command, Held


def test_two_stewards_uphold_a_dispute_and_the_claim_ends(
    command: Command, registry: Registry, hold: Callable[..., Held]
) -> None:
    claim = hold().claim
    dispute = command.json("disputes", "open", claim, "--reason", "not theirs")["dispute"]
    words = ("disputes", "decide", dispute, "--upheld", "--reason", "papers", "--steward", "Bea")
    proposal = command.json(*words)["proposal"]
    assert "Nothing has happened yet" in command(*words).stdout
    with registry.reading() as uow:
        assert not the_claim(uow, claim)[2].ended
    confirm = ("proposals", "confirm", proposal, "--steward")
    assert "two different stewards" in command(*confirm, "Bea", code=1).stderr
    assert command.json(*confirm, "Cyd")["state"] == "confirmed"
    with registry.reading() as uow:
        assert the_claim(uow, claim)[2].ended


def test_a_rejected_dispute_leaves_the_claim_standing(
    command: Command, registry: Registry, hold: Callable[..., Held]
) -> None:
    claim = hold().claim
    dispute = command.json("disputes", "open", claim, "--reason", "not theirs")["dispute"]
    words = ("disputes", "decide", dispute, "--rejected", "--reason", "papers", "--steward", "Bea")
    proposal = command.json(*words)["proposal"]
    command("proposals", "confirm", proposal, "--steward", "Cyd")
    with registry.reading() as uow:
        found = the_claim(uow, claim)[2]
    assert not found.ended
    assert found.disputes == []


def test_a_decision_says_which(command: Command, hold: Callable[..., Held]) -> None:
    dispute = command.json("disputes", "open", hold().claim, "--reason", "not theirs")["dispute"]
    command("disputes", "decide", dispute, "--reason", "papers", code=2)
