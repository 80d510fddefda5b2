"""`registry backup`, `restore`, `move`: the whole way, and what each says when it will not."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Held
from tests.conftest import FreshDatabase
from tests.outside import free_port


def fresh(command: Command, url: str) -> Command:
    """The same registry with another database."""
    return Command({**command.env, "REGISTRY_DATABASE_URL": url})


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_is_verified_restored_and_goes_on(
    command: Command,
    hold: Callable[..., Held],
    tmp_path: Path,
    fresh_database: FreshDatabase,
    kind: str,
) -> None:
    hold()
    folder = str(tmp_path / "backup")
    made = command.json("backup", folder)
    again = command.json("backup", folder, "--verify")
    assert (again["root"], again["behind"]) == (made["root"], 0)
    there = fresh(command, fresh_database(kind))
    done = there.json("restore", folder)
    assert (done["size"], done["missing"]) == (made["size"], 0)
    # the tests' PostgreSQL does without fsync, and doctor minds
    assert "good     nonces" in there("doctor", code=int(kind == "postgresql")).stdout
    there("migrate")
    assert there.json("fsck")["wrong"] is None
    there("rightsholders", "add", "Bea")


def test_an_older_backup_is_called_older_and_the_log_refuses(
    command: Command, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    command("backup", str(tmp_path / "backup"))
    command("rightsholders", "add", "Bea")
    assert (
        "released since  1 entries"
        in command("backup", str(tmp_path / "backup"), "--verify").stdout
    )
    there = fresh(command, fresh_database("sqlite"))
    said = there("restore", str(tmp_path / "backup")).stdout
    assert "OLDER than what was released: 1 entries are missing" in said
    assert "older than what others hold" in there("rightsholders", "add", "Cy", code=1).stderr
    there("log", "accept", "--reason", "the newer copy is lost", "--yes")
    there("rightsholders", "add", "Cy")


def test_where_no_head_file_is_nothing_is_claimed(
    command: Command, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    command("backup", str(tmp_path / "backup"))
    there = fresh(command, fresh_database("sqlite"))
    there.env["REGISTRY_VAR"] = str(tmp_path / "elsewhere")
    assert (
        "unknown, no head file here" in there("backup", str(tmp_path / "backup"), "--verify").stdout
    )
    said = there("restore", str(tmp_path / "backup")).stdout
    assert "There is no head file at" in said
    assert said.count("A key cannot be used yet: the private key ") == 4


def test_keys_are_copied_apart_and_back(
    command: Command, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    result = command("backup", str(tmp_path / "backup"), "--keys", str(tmp_path / "apart" / "keys"))
    assert "not encrypted" in result.stderr
    assert len(list((tmp_path / "apart" / "keys").glob("*.pem"))) == 4
    there = fresh(command, fresh_database("sqlite"))
    there.env["REGISTRY_VAR"] = str(tmp_path / "elsewhere")
    there("restore", str(tmp_path / "backup"), "--keys", str(tmp_path / "apart" / "keys"))
    there("rightsholders", "add", "Bea")  # signs


def test_keys_are_not_kept_with_the_backup(command: Command, tmp_path: Path) -> None:
    for keys in ("backup", "backup/keys", ".", "keys"):
        result = command("backup", str(tmp_path / "backup"), "--keys", str(tmp_path / keys), code=1)
        assert "keep the keys apart" in result.stderr
    assert not (tmp_path / "backup").exists()
    command("backup", str(tmp_path / "backup"))
    both = command(
        "backup", str(tmp_path / "backup"), "--verify", "--keys", str(tmp_path / "keys"), code=1
    )
    assert "not for --verify" in both.stderr


def test_a_changed_byte_is_found_by_verify_and_by_restore(
    command: Command, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    command("backup", str(tmp_path / "backup"))
    changed = tmp_path / "backup" / "tokens.jsonl"
    changed.write_bytes(b"\n")
    there = fresh(command, fresh_database("sqlite"))
    for result in (
        command("backup", str(tmp_path / "backup"), "--verify", code=1),
        there("restore", str(tmp_path / "backup"), code=1),
    ):
        assert "tokens.jsonl of the backup" in result.stderr
    assert "The store was not changed." in there("restore", str(tmp_path / "backup"), code=1).stderr


def test_nothing_is_written_over(command: Command, tmp_path: Path) -> None:
    command("backup", str(tmp_path / "backup"))
    assert "exists already" in command("backup", str(tmp_path / "backup"), code=1).stderr
    assert (
        "a registry in this database" in command("restore", str(tmp_path / "backup"), code=1).stderr
    )


@pytest.fixture
def stopped(command: Command) -> Command:
    """A registry on whose port nobody listens."""
    command.env["REGISTRY_PORT"] = str(free_port())
    return command


def test_a_move_says_which_setting_to_change_and_shows_no_password(
    stopped: Command, fresh_database: FreshDatabase
) -> None:
    url = fresh_database("postgresql")
    given = url.replace("postgresql+psycopg://", "postgresql://")
    said = stopped("move", given).stdout
    assert "Now set REGISTRY_DATABASE_URL=postgresql://" in said
    there = fresh(stopped, given)
    assert "good     nonces" in there("doctor", code=1).stdout  # 1: no fsync here
    there("migrate")
    assert there.json("fsck")["wrong"] is None
    there("rightsholders", "add", "Bea")
    assert "older than what others hold" in stopped("rightsholders", "add", "Cy", code=1).stderr


def test_a_move_prints_json(stopped: Command, fresh_database: FreshDatabase) -> None:
    moved = json.loads(stopped("move", fresh_database("sqlite"), "--json").stdout)
    assert moved["set"]["REGISTRY_DATABASE_URL"].startswith("sqlite:///")
    assert moved["missing"] == 0


def test_a_target_that_is_no_database_is_refused(stopped: Command) -> None:
    assert "TARGET_URL begins with" in stopped("move", "mysql://host/name", code=1).stderr


def test_a_served_registry_is_not_moved(stopped: Command, fresh_database: FreshDatabase) -> None:
    with socket.create_server(("127.0.0.1", int(stopped.env["REGISTRY_PORT"]))):
        refused = stopped("move", fresh_database("sqlite"), code=1).stderr
    assert "stop the registry first" in refused
    stopped("move", fresh_database("sqlite"))
