"""A census is taken once a day."""

from registry.instants import DAY_MS
from registry.storage.jobs import Job, JobState
from registry.worker.census import keep_census
from tests.registries import Desk

JOB = Job("id", "census", "", 0, JobState.RUNNING, 1, 1, 1, None, None, 0, None)


def taken_at(desk: Desk) -> int | None:
    with desk.registry.reading() as uow:
        newest = uow.censuses.newest()
    return None if newest is None else newest.at


def test_one_is_taken_at_first_and_the_next_a_day_later(desk: Desk) -> None:
    keep_census(desk.registry, JOB)
    first = taken_at(desk)
    assert first is not None
    desk.clock.forward(DAY_MS // 2)
    keep_census(desk.registry, JOB)
    assert taken_at(desk) == first
    desk.clock.forward(DAY_MS)
    keep_census(desk.registry, JOB)
    assert taken_at(desk) != first
