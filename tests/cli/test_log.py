"""`registry log`: a restored backup stops the log until an operator decides, on record."""

import json
import shutil
import sqlite3
from pathlib import Path

from registry.signing.note import verify_note
from registry.storage.tables import audit_events
from tests.cli.conftest import Command


def restore_an_older_store(command: Command) -> None:
    """Two rightsholders are registered; the store is put back to where there was one."""
    store = Path(command.env["REGISTRY_VAR"]) / "registry.sqlite"
    command("rightsholders", "add", "Ada")
    with sqlite3.connect(store) as source, sqlite3.connect(store.with_suffix(".backup")) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    command("rightsholders", "add", "Bea")
    for ending in ("-wal", "-shm"):
        store.with_name(store.name + ending).unlink(missing_ok=True)
    shutil.copy(store.with_suffix(".backup"), store)


def test_the_head_is_shown_with_the_key_that_verifies_it(command: Command) -> None:
    shown = command.json("log", "show")
    assert shown["stored"] == shown["released"]
    assert shown["origin"] in verify_note(shown["checkpoint"], [shown["key"]]).signed_by


def test_there_is_nothing_to_accept_where_nothing_was_lost(command: Command) -> None:
    words = ("log", "accept", "--reason", "x", "--yes")
    assert "nothing to decide" in command(*words, code=1).stderr


def test_a_restored_backup_signs_nothing_until_an_operator_accepts_it(command: Command) -> None:
    restore_an_older_store(command)
    assert "already released" in command("rightsholders", "add", "Cyd", code=1).stderr
    shown = command.json("log", "show")
    assert shown["released"]["size"] == shown["stored"]["size"] + 1

    words = ("log", "accept", "--reason", "disk failed", "--steward", "Bea")
    asked = command(*words, code=1, input="n\n")
    assert "Go on from the head in the store?" in asked.stdout
    assert "already released" in command("rightsholders", "add", "Cyd", code=1).stderr

    accepted = json.loads(command(*words, "--yes", "--json").stdout)
    assert accepted["accepted"] == shown["stored"]
    command("rightsholders", "add", "Cyd")
    assert [each["name"] for each in command.json("rightsholders", "list")] == ["Ada", "Cyd"]
    opened = command.open()
    with opened.reading() as uow:
        acts = uow.connection.execute(audit_events.select()).all()
    opened.close()
    (act,) = [act for act in acts if act.act == "log.head-accepted"]
    assert act.actor == "Bea"
    assert json.loads(act.details)["reason"] == "disk failed"


def test_a_decision_without_a_reason_is_none(command: Command) -> None:
    restore_an_older_store(command)
    assert "say why" in command("log", "accept", "--reason", " ", "--yes", code=1).stderr


def test_the_head_is_shown_even_where_the_private_key_is_gone(command: Command) -> None:
    for path in (Path(command.env["REGISTRY_VAR"]) / "keys").iterdir():
        path.unlink()
    assert command.json("log", "show")["key"]
    assert "is missing" in command("rightsholders", "add", "Ada", code=1).stderr


def test_after_a_rotation_the_new_key_is_shown(command: Command) -> None:
    before = command.json("log", "show")["key"]
    command("keys", "rotate", "--purpose", "log")
    shown = command.json("log", "show")
    assert shown["key"] != before
    assert shown["origin"] in verify_note(shown["checkpoint"], [shown["key"]]).signed_by
