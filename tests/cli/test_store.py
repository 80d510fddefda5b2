"""`registry migrate`, `rebuild`, `fsck`."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.cli.store import progress
from tests.cli.conftest import Command, Held

SUNG = "CAST(replace(CAST(body AS TEXT), 'Song', 'Sing') AS BLOB)"


def sql(command: Command, statement: str) -> None:
    connection = sqlite3.connect(Path(command.env["REGISTRY_VAR"]) / "registry.sqlite")
    with connection:
        connection.execute(statement)
    connection.close()


def test_to_migrate_twice_does_nothing_the_second_time(unprepared: Command) -> None:
    assert unprepared.json("migrate")["applied"]
    assert unprepared.json("migrate")["applied"] == []
    assert len(unprepared.json("keys", "list")) == 4


def test_a_sound_store_passes(command: Command, hold: Callable[..., Held]) -> None:
    hold()
    found = command.json("fsck")
    assert found["wrong"] is None
    assert found["events"] > 5


def test_a_changed_row_of_the_projection_is_named_and_rebuilt(
    command: Command, hold: Callable[..., Held]
) -> None:
    work = hold().work
    sql(command, f"UPDATE dossiers SET body = {SUNG} WHERE id = '{work}'")
    result = command("fsck", code=1)
    assert f"dossiers [id={work}] differs" in result.stderr
    assert "Run: registry rebuild" in result.stderr
    command("rebuild", "--steward", "Bea")
    assert command.json("fsck")["wrong"] is None


def test_a_changed_event_is_named_and_rebuilding_does_not_hide_it(
    command: Command, hold: Callable[..., Held]
) -> None:
    hold()
    sql(command, f"UPDATE events SET body = {SUNG} WHERE type = 'work.registered'")
    assert "is not what the log committed to" in command("fsck", code=1).stderr
    command("rebuild")
    assert "is not what the log committed to" in command("fsck", code=1).stderr


def test_all_of_it_works_on_both_databases(unprepared: Command, database_url: str) -> None:
    unprepared.env["REGISTRY_DATABASE_URL"] = database_url
    unprepared("migrate")
    unprepared("rightsholders", "add", "Ada")
    unprepared("rebuild")
    unprepared("keys", "rotate")
    assert unprepared.json("fsck")["wrong"] is None
    assert unprepared.json("loosenings", "list") == []


def test_progress_is_silent_where_the_error_stream_is_piped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress() as report:
        report("events", 5, 10)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")
