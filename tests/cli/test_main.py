"""The `registry` command as a whole: its exit codes and its calm."""

from click.testing import CliRunner

from registry.cli.main import main
from tests.cli.conftest import Command


def test_help_names_every_noun() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    for word in ("run", "ask", "tour", "rightsholders", "platforms", "fsck", "keys", "log"):
        assert f"\n  {word} " in text


def test_a_wrong_call_ends_with_2(command: Command) -> None:
    assert "Missing argument" in command("rightsholders", "add", code=2).stderr
    assert "No such command" in command("sing", code=2).stderr


def test_what_fails_is_one_line_that_says_what_is_safe(command: Command) -> None:
    result = command("tokens", "add", "--rightsholder", "nobody", code=1)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line == (
        "registry: there is no rightsholder 'nobody' (rightsholder). Nothing was changed."
    )


def test_a_wrong_setting_is_one_line_too(unprepared: Command) -> None:
    unprepared.env["REGISTRY_PORT"] = "many"
    (line,) = unprepared("keys", "list", code=1).stderr.splitlines()
    assert "REGISTRY_PORT is 'many'; set it to a whole number" in line


def test_nothing_that_is_piped_holds_an_escape_code(command: Command) -> None:
    for words in (["keys", "list"], ["log", "show"], ["platforms", "list"], ["fsck"]):
        result = command(*words)
        assert "\x1b" not in result.stdout + result.stderr
