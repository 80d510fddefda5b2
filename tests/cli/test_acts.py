"""`registry acts`: listed by whom, about what and when; written to a file; held against the log."""

import json
from collections.abc import Callable
from pathlib import Path

from registry.storage.acts import Wanted
from tests.cli.conftest import Command, Held


def test_acts_are_listed_found_and_written(
    command: Command, hold: Callable[..., Held], tmp_path: Path
) -> None:
    held = hold("Ada", "isrc:GBAYE0601498")
    command("rightsholders", "add", "Bea", "--steward", "carol")
    found = command.json("acts", "list", "--about", held.rightsholder)["acts"]
    assert [each["act"] for each in found] == ["work.registered", "rightsholder.registered"]
    (act,) = command.json("acts", "list", "--who", "carol")["acts"]
    assert (act["authority"], act["way"]) == ("steward", "command line")
    assert "carol" in command("acts", "list", "--act", "rightsholder.").stdout
    page = command.json("acts", "list", "--limit", "1")
    rest = command.json("acts", "list", "--before", page["next"])["acts"]
    assert page["acts"][0]["id"] > rest[0]["id"]
    command("acts", "write", str(tmp_path / "acts.jsonl"))
    lines = [json.loads(line) for line in (tmp_path / "acts.jsonl").read_text().splitlines()]
    assert lines == page["acts"] + rest
    text = command("acts", "write", "-", "--format", "csv").stdout
    assert text.count("\n") == len(lines) + 1
    assert "(since)" in command("acts", "list", "--since", "no-such", code=1).stderr


def test_the_journal_is_held_against_the_log(command: Command) -> None:
    assert "wait for the first" in command("acts", "check").stdout
    assert command.json("acts", "check")["rooted_until"] is None
    with command.open().reading() as uow:
        assert uow.acts.page(Wanted()).acts
