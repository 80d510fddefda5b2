"""`registry doctor`: words and JSON, exit code 0 or 1, and never a secret."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command


def test_a_sound_registry_ends_with_0_and_settings_come_last_and_only_if_asked_for(
    command: Command,
) -> None:
    assert "REGISTRY_" not in command("doctor").stdout.replace("put REGISTRY_HEAD_FILE", "")
    shown = command("doctor", "--settings").stdout
    assert shown.index("good     checkpoint") < shown.index("REGISTRY_PORT")
    found = command.json("doctor")
    given = {each["name"] for each in found["settings"] if each["given"]}
    assert given == {"REGISTRY_VAR", "REGISTRY_LOOSENING_DELAY_SECONDS"}
    assert {each["grade"] for each in found["findings"]} <= {"good", "warning"}


def test_what_is_wrong_is_said_with_what_to_do_and_ends_with_1(command: Command) -> None:
    folder = Path(command.env["REGISTRY_VAR"]) / "keys"
    next(folder.glob("log-*.pem")).unlink()
    shown = command("doctor", code=1).stdout
    assert "wrong    key log" in shown
    assert "→ see docs/runbooks.md" in shown
    assert "1 wrong" in shown


def test_no_secret_is_shown(command: Command) -> None:
    secret = "correct horse battery staple and more"
    command.env.update(
        {
            "REGISTRY_KEY_PASSPHRASE": secret,
            "REGISTRY_METRICS_TOKEN": secret,
            "REGISTRY_NONCE_DATABASE_URL": f"postgresql://u:{secret}@127.0.0.1:1/x?password={secret}",
        }
    )
    for words in (("doctor", "--settings"), ("doctor", "--json")):
        result = command(*words, code=1)
        assert secret not in result.output
        assert "(set, not shown)" in result.stdout
        assert "postgresql://u:***@127.0.0.1:1/x" in result.stdout


def test_a_registry_that_is_not_there_is_not_made(unprepared: Command) -> None:
    assert "there is no registry at" in unprepared("doctor", code=1).stderr
    assert not Path(unprepared.env["REGISTRY_VAR"]).exists()


def test_it_fits_eighty_columns_but_for_names_that_are_longer(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command.env["REGISTRY_PUBLIC_URL"] = "http://registry.example"
    lines = command("doctor", code=1).stdout.splitlines()
    hang = " " * (len("warning") + len("disk of the head file") + 4)
    for line in lines:
        assert len(line) <= 80 or " " not in line.removeprefix(hang).strip(), line
    assert any(line.startswith(f"{hang}  ") is False and line.startswith(hang) for line in lines)


def test_what_still_stands_as_in_the_example_is_said(command: Command) -> None:
    command.env["REGISTRY_KEY_PASSPHRASE"] = "CHANGE-ME"
    shown = command("doctor", code=1).stdout
    assert "the passphrase is the CHANGE-ME of the example" in shown.replace("\n", " ")
