"""`registry restore` and `registry move` killed with signal 9 at each of their steps: what they copy from is as it was,
what they copy to is never taken for a registry until it is whole, and the same command again succeeds."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry.app import create_app
from registry.settings import Settings
from registry.storage.engine import open_engine, reading
from registry.storage.whole_store import is_empty, rows_of, shapes
from tests.conftest import FreshDatabase
from tests.faults.killed_copy import (
    AFTER_THE_COMMIT,
    BEFORE_THE_COMMIT,
    killed_after,
    killed_at,
)
from tests.faults.processes import ROUNDS, Processes, processes
from tests.faults.traffic import USAGE, Parties, parties

pytestmark = pytest.mark.faults

Contents = dict[str, list[tuple[Any, ...]]]

AT_RANDOM = 10 * (ROUNDS - 1)
STEPS = ("audit_events", "events", "tokens", "projection", BEFORE_THE_COMMIT)
"""Early, in the middle and late among the tables; while it is verified; and when all that is left is the commit."""


@dataclass(frozen=True)
class Copied:
    """A command that copies a registry: its words, the settings it is given, and what it copies from and to."""

    words: tuple[str, ...]
    source: Processes
    target: Processes
    commanded: Processes
    of: Parties

    @property
    def environ(self) -> dict[str, str]:
        return self.commanded.settings

    def again(self) -> dict[str, Any]:
        done = self.commanded.command(*self.words, "--json")
        assert done.exit_code == 0, done.output
        members: dict[str, Any] = json.loads(done.stdout)
        return members


@contextmanager
def two_stores(
    folder: Path, source_url: str, target_url: str
) -> Iterator[tuple[Processes, Processes, Parties]]:
    """A registry, and the same (its keys and head file) on an empty database."""
    with processes(folder, source_url) as source:
        registry = source.open()
        taking_part = parties(registry)
        registry.close()
        with processes(folder, target_url, REGISTRY_PUBLIC_URL=source.url) as target:
            yield source, target, taking_part


def contents(url: str) -> Contents:
    """Every row that is carried, but how it came here."""
    engine = open_engine(url)
    with reading(engine) as connection:
        found = {
            shape.name: sorted(
                (row for part in rows_of(connection, shape) for row in part), key=repr
            )
            for shape in shapes(connection)
        }
    engine.dispose()
    came = [row for row in found["audit_events"] if {"store.restored", "store.moved"} & set(row)]
    found["audit_events"] = [row for row in found["audit_events"] if row not in came]
    ids = {row[0] for row in came}
    found["act_subjects"] = [row for row in found["act_subjects"] if not ids & set(row)]
    return found


def is_whole(target: Processes) -> bool:
    engine = open_engine(target.database_url)
    empty = is_empty(engine)
    engine.dispose()
    return not empty


def is_no_registry(target: Processes, of: Parties) -> None:
    """Nothing is served from it, nothing is begun in it, and the words say what to do."""
    for words in (("serve", "--check"), ("fsck",)):
        assert target.command(*words).exit_code == 1
    for words in (("migrate",), ("serve", "--migrate")):
        refused = target.command(*words)
        assert refused.exit_code == 1
        assert "that was interrupted leaves it so, and is to be run again" in refused.stderr
    app = create_app(Settings.from_environ(target.settings))
    question = {"usage": USAGE.value, "id": of.allowed[0][0][1]}
    assert app.test_client().get("/v1/verify", query_string=question).status_code == 503
    assert app.test_client().get("/readyz").status_code == 503
    app.extensions["consent-registry"].registry.close()


def killed_everywhere(copied: Copied, steps: tuple[str, ...]) -> None:
    """At each step, and at moments by chance; and then it is run to its end, killed there, and run once more."""
    before = contents(copied.source.database_url)
    for step in steps:
        killed_at(step, copied.words, copied.environ)
        assert not is_whole(copied.target)
        assert contents(copied.source.database_url) == before
    is_no_registry(copied.target, copied.of)
    chance = random.Random(20261122)
    for _ in range(AT_RANDOM):
        killed_after(chance.uniform(0.0, 0.5), copied.words, copied.environ)
        assert contents(copied.source.database_url) == before
        if is_whole(copied.target):
            break
    killed_at(AFTER_THE_COMMIT, copied.words, copied.environ)
    assert contents(copied.target.database_url) == before
    done = copied.again()
    assert (done["loaded_before"], done["missing"]) == (True, 0)
    assert contents(copied.source.database_url) == before
    assert copied.target.command("fsck").exit_code == 0
    assert copied.target.command("rightsholders", "add", "Bea").exit_code == 0, "it goes on here"
    assert copied.commanded.command(*copied.words).exit_code == 1, "and nothing is written over"


def test_a_restore_killed_at_any_step_leaves_nothing_and_is_run_again(
    tmp_path: Path, fresh_database: FreshDatabase, database_url: str
) -> None:
    with two_stores(tmp_path, fresh_database("sqlite"), database_url) as (source, target, of):
        backup = tmp_path / "backup"
        assert source.command("backup", str(backup)).exit_code == 0
        held = {each.name: each.read_bytes() for each in backup.iterdir()}
        words = ("restore", str(backup), "--steward", "jo")
        killed_everywhere(Copied(words, source, target, target, of), ("checking events", *STEPS))
        assert {each.name: each.read_bytes() for each in backup.iterdir()} == held


@pytest.mark.parametrize("kinds", [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_move_killed_at_any_step_leaves_nothing_and_is_run_again(
    tmp_path: Path, fresh_database: FreshDatabase, kinds: tuple[str, str]
) -> None:
    here, there = map(fresh_database, kinds)
    with two_stores(tmp_path, here, there) as (source, target, of):
        words = ("move", there, "--steward", "jo")
        killed_everywhere(Copied(words, source, target, source, of), STEPS)
