"""`registry snapshot`."""

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Command, Held


def test_it_makes_one_and_says_what_is_in_it(command: Command, hold: Callable[..., Held]) -> None:
    hold()
    made = command.json("snapshot")
    assert made["keys"] == dict.fromkeys(made["keys"], 1)
    assert len(made["keys"]) == 10
    assert made["previous"] is None
    folder = Path(made["folder"])
    assert (folder / "manifest.jws").is_file()
    assert made["bytes"] == sum(
        path.stat().st_size for path in folder.iterdir() if path.name != "manifest.jws"
    )
    said = command("snapshot").stdout
    assert "registered           1 keys" in said
    assert "generative-training  1 keys, 0 open to everybody" in said


def test_what_cannot_be_written_is_one_calm_line(command: Command) -> None:
    (Path(command.env["REGISTRY_VAR"]) / "snapshots").write_text("in the way")
    result = command("snapshot", code=1)
    assert "cannot be written" in result.stderr
    assert result.stderr.rstrip().endswith("Nothing was published.")
