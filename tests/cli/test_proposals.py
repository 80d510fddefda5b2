"""`registry proposals`: listed, confirmed by another, declined."""

from collections.abc import Callable

from tests.cli.conftest import Command, Held


def test_what_waits_is_listed_until_it_is_settled(
    command: Command, hold: Callable[..., Held]
) -> None:
    assert "Nothing waits." in command("proposals", "list").stdout
    dispute = command.json("disputes", "open", hold().claim, "--reason", "not theirs")["dispute"]
    words = ("disputes", "decide", dispute, "--upheld", "--reason", "papers", "--steward", "Bea")
    proposal = command.json(*words)["proposal"]
    (waiting,) = command.json("proposals", "list")
    assert (waiting["proposal"], waiting["proposed_by"]) == (proposal, "Bea")
    assert waiting["wanted"] == {"dispute": dispute, "upheld": True, "reason": "papers"}
    assert dispute in command("proposals", "list").stdout
    assert "declined" in command("proposals", "decline", proposal, "--steward", "Cyd").stdout
    assert command.json("proposals", "list") == []
    assert "settled" in command("proposals", "confirm", proposal, code=1).stderr
