"""What waits for its time is told by the worker, page after page."""

import io

import pytest

from registry.instants import HOUR_MS
from registry.logs import open_log
from registry.services.monthly_notice import MONTH
from registry.storage.jobs import JobState
from registry.worker.kinds import KINDS
from registry.worker.notices import begin_month, tell_effects
from registry.worker.runner import Runner
from tests.inboxes import person, told
from tests.registries import DAY, Desk


def test_many_loosenings_that_count_by_now_are_one_notice_and_those_to_come_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.services.tell_of_events.EFFECTS_AT_ONCE", 2)
    ada = person(desk, "Ada", "R1")
    works = [desk.work(f"isrc:GBAYE06000{n:02}")[0] for n in range(6)]
    for work in works:
        desk.declare(work, generative_training="deny")
    for work in works[:5]:
        desk.declare(work, generative_training="allow")
    desk.clock.forward(2 * DAY)
    desk.declare(works[5], generative_training="allow")
    desk.clock.forward(DAY + HOUR_MS)
    tell_effects(desk.registry, None)  # type: ignore[arg-type]
    assert ("loosening-effective", 5) in told(desk, ada)
    tell_effects(desk.registry, None)  # type: ignore[arg-type]
    assert ("loosening-effective", 5) in told(desk, ada)


def test_the_last_month_is_told_of_by_a_job_of_its_own(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    desk.work("isrc:GBAYE0600001")
    begin_month(desk.registry, None)  # type: ignore[arg-type]
    log = open_log("info", io.StringIO(), desk.clock)
    runner = Runner(desk.registry, log, {MONTH: KINDS[MONTH]})
    for id in runner.due(9):
        runner.run(id)
    assert told(desk, ada) == [("nobody-asked", 1)]
    begin_month(desk.registry, None)  # type: ignore[arg-type]
    with desk.registry.reading() as uow:
        assert [job.state for job in uow.jobs.listed(kind=MONTH, limit=9)] == [JobState.DONE]
    desk.clock.forward(31 * DAY)
    begin_month(desk.registry, None)  # type: ignore[arg-type]
    with desk.registry.reading() as uow:
        assert len(uow.jobs.listed(kind=MONTH, limit=9)) == 2
