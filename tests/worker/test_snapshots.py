"""The standing job: a snapshot as often as the settings say, and not more often."""

from pathlib import Path

import pytest

from registry.errors import LogRefuses
from registry.instants import HOUR_MS
from registry.services.make_snapshot import newest_manifest
from registry.storage.head_file import Head
from registry.worker.snapshots import make_due_snapshot
from tests.registries import Desk, open_desk
from tests.worker.test_upkeep import JOB

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def made_at(desk: Desk) -> int | None:
    newest = newest_manifest(desk.registry.snapshots)
    return None if newest is None else newest.made_at


def test_one_is_made_when_there_is_none_and_again_after_an_hour(desk: Desk) -> None:
    make_due_snapshot(desk.registry, JOB)
    first = made_at(desk)
    assert first == desk.clock()
    desk.clock.forward(HOUR_MS - 1)
    make_due_snapshot(desk.registry, JOB)
    assert made_at(desk) == first
    desk.clock.forward(1)
    make_due_snapshot(desk.registry, JOB)
    assert made_at(desk) == desk.clock()


def test_one_that_seems_to_be_of_the_future_is_made_anew(desk: Desk) -> None:
    make_due_snapshot(desk.registry, JOB)
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    desk.clock.now = head.head.at  # the clock was set back, to no earlier than the log
    make_due_snapshot(desk.registry, JOB)
    assert made_at(desk) == head.head.at


def test_none_is_made_where_the_operator_wants_none(tmp_path: Path, database_url: str) -> None:
    desk = open_desk(tmp_path, database_url, REGISTRY_SNAPSHOT_EVERY_SECONDS="0")
    make_due_snapshot(desk.registry, JOB)
    assert made_at(desk) is None
    desk.registry.close()


def test_whoever_finds_another_at_it_leaves_it_to_them(desk: Desk) -> None:
    with desk.registry.snapshots.making():
        make_due_snapshot(desk.registry, JOB)
    assert made_at(desk) is None


def test_of_a_store_that_was_set_back_none_is_made(desk: Desk) -> None:
    newest = desk.registry.head_file.read()
    assert newest is not None
    desk.registry.head_file.release(Head(newest.size + 1, bytes(32), newest.at + 1))
    with pytest.raises(LogRefuses):
        make_due_snapshot(desk.registry, JOB)
    assert made_at(desk) is None
