"""The desk: which registry, and who acts."""

import os
import pwd
from pathlib import Path

import pytest

from registry.bootstrap import Registry
from registry.cli.desk import acting, system_user
from registry.errors import InvalidInput
from registry.storage.tables import audit_events
from tests.cli.conftest import Command


def test_a_store_that_was_never_prepared_says_what_to_run(unprepared: Command) -> None:
    told = unprepared("keys", "list", code=1).stderr
    assert "there is no registry at" in told
    assert "registry migrate" in told
    var = Path(unprepared.env["REGISTRY_VAR"])
    assert not var.exists(), "a look makes nothing"


def test_a_store_that_is_away_is_no_stack_trace(unprepared: Command) -> None:
    unprepared.env["REGISTRY_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    (line,) = unprepared("keys", "list", code=1).stderr.splitlines()
    assert line.startswith("registry: the store did not carry this out")
    assert "nothing listens at the database's address" in line


def test_who_acts_is_the_system_user_unless_named() -> None:
    assert acting(None).id == system_user() == pwd.getpwuid(os.getuid()).pw_name
    assert acting(" Bea ").id == "Bea"
    assert acting(None).authority == "steward"


def test_a_steward_has_a_name_of_one_line() -> None:
    for name in ("", "  ", "a\nb", "x" * 101):
        with pytest.raises(InvalidInput):
            acting(name)


def test_the_journal_names_the_steward(command: Command, registry: Registry) -> None:
    command("rightsholders", "add", "Ada", "--steward", "Bea")
    with registry.reading() as uow:
        acts = uow.connection.execute(audit_events.select()).all()
    (act,) = [act for act in acts if act.act == "rightsholder.registered"]
    assert (act.actor, act.authority) == ("Bea", "steward")


@pytest.mark.parametrize("words", [("migrate",), ("run",), ("serve", "--migrate")])
def test_no_first_key_is_made_with_the_passphrase_of_the_example(
    unprepared: Command, words: tuple[str, ...]
) -> None:
    unprepared.env["REGISTRY_KEY_PASSPHRASE"] = "CHANGE-ME"
    told = unprepared(*words, code=1).stderr
    assert "still the CHANGE-ME of the example" in told
    assert "(REGISTRY_KEY_PASSPHRASE)" in told
    assert not (Path(unprepared.env["REGISTRY_VAR"]) / "keys").exists()


def test_a_wrong_passphrase_is_the_first_thing_that_is_thought_of(unprepared: Command) -> None:
    unprepared.env["REGISTRY_KEY_PASSPHRASE"] = "one thing"
    unprepared("migrate")
    unprepared.env["REGISTRY_KEY_PASSPHRASE"] = "another"
    told = unprepared("rightsholders", "add", "Ada", code=1).stderr
    assert "the passphrase may be wrong" in told
    assert "REGISTRY_KEY_PASSPHRASE" in told


@pytest.mark.parametrize(
    "words",
    [
        ("backup", "{}/backup"),
        ("platforms", "add", "P", "--legal-entity", "P Ltd", "--generate-key", "{}/p.key"),
        ("tour", "--keep", "{}/tour"),
    ],
)
def test_what_the_system_refuses_is_one_line_with_the_path(
    command: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "a-file"  # nothing can be put below it, not even by root
    file.write_text("mine")
    (line,) = command(*(word.format(file) for word in words), code=1).stderr.splitlines()
    assert line.startswith(f"registry: {file}")
    assert "Not a directory" in line or "File exists" in line


def test_a_backup_whose_keys_could_not_be_copied_says_so(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.write_text("mine")
    (line,) = command(
        "backup", str(tmp_path / "backup"), "--keys", f"{file}/keys", code=1
    ).stderr.splitlines()
    assert f"{tmp_path / 'backup'} is whole; the keys were not all copied." in line
