"""`registry verify`: says in words and in JSON what holds, what does not, and what could not be judged."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.fixture
def export(command: Command, tmp_path: Path) -> Path:
    command("export", "--out", str(tmp_path / "export"))
    return tmp_path / "export"


def test_an_export_that_holds(command: Command, export: Path) -> None:
    key = command.json("log", "show")["key"]
    shown = command("verify", str(export), "--key", key, "--head", str(export), "--replay").output
    assert "the export holds" in shown
    found = command.json("verify", str(export), "--key", key)
    assert (found["holds"], found["events"], found["unsettled"]) == (True, found["size"], [])
    assert (found["acts"], found["acts_until"]) == (0, None), "no hour is over yet"


def test_an_export_without_acts_holds_and_says_that_none_are_in_it(
    command: Command, tmp_path: Path
) -> None:
    command("export", "--out", str(tmp_path / "some.zip"), "--without-acts")
    key = command.json("log", "show")["key"]
    shown = command("verify", str(tmp_path / "some.zip"), "--key", key).output
    assert "none are in it" in shown


def test_without_a_key_it_holds_and_is_not_trusted(command: Command, export: Path) -> None:
    shown = command("verify", str(export), code=3).output
    assert "not judged: whose log this is" in shown


def test_an_export_that_was_changed(command: Command, export: Path) -> None:
    key = command.json("log", "show")["key"]
    (export / "data/log/events.jsonl").write_bytes(b"")
    shown = command("verify", str(export), "--key", key, code=1).output
    assert "WRONG: data/log/events.jsonl is not the file that the bag names" in shown
    assert "Take another copy" in shown
    found = command("verify", str(export), "--key", key, "--json", code=1)
    assert '"code": "bag"' in found.output


def test_what_cannot_be_read_at_all(command: Command, export: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"nothing")
    assert "neither a folder nor a zip" in command("verify", str(tmp_path / "file"), code=1).stderr
    asked = command("verify", str(export), "--asked", str(tmp_path / "file"), code=1)
    assert "neither an exchange" in asked.stderr
    assert "not a verifier key" in command("verify", str(export), "--key", "x", code=1).stderr
