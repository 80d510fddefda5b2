"""What waits for its time is told by the worker, page after page."""

import io

from registry.logs import open_log
from registry.services.monthly_notice import MONTH
from registry.storage.jobs import JobState
from registry.storage.notices import Effect
from registry.worker.kinds import KINDS
from registry.worker.notices import begin_month, tell_effects
from registry.worker.runner import Runner
from tests.inboxes import person, told
from tests.registries import DAY, Desk


def test_many_loosenings_that_count_by_now_are_one_notice_and_those_to_come_wait(
    desk: Desk,
) -> None:
    ada = person(desk, "Ada", "R1")
    now = desk.clock()
    with desk.registry.bookkeeping() as uow:
        holder = desk.names["R1"]
        uow.notices.expect(Effect(f"{n:04}", holder, "A song", now - n) for n in range(1_001))
        uow.notices.expect([Effect("later", holder, "A song", now + 1)])
    tell_effects(desk.registry, None)  # type: ignore[arg-type]
    assert told(desk, ada) == [("loosening-effective", 1_001)]
    tell_effects(desk.registry, None)  # type: ignore[arg-type]
    assert told(desk, ada) == [("loosening-effective", 1_001)]


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
