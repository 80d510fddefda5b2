"""Jobs: one however often one asks, lent to one at a time, lent again when a runner died, visible when they fail."""

from pathlib import Path

import pytest

from registry.bootstrap import open_registry
from registry.errors import Conflict, NotFound
from registry.storage.jobs import ERROR_CHARACTERS, Job, JobState
from tests.parallel import PROCESSES, in_processes
from tests.registries import Desk, settings_for

NOW = 1_790_000_000_000
LEASE = 1_000
KINDS = ["prove"]


def add(desk: Desk, due: int = NOW, key: str = "c1", kind: str = "prove") -> None:
    with desk.registry.bookkeeping() as uow:
        uow.jobs.add(kind, key, due)


def due(desk: Desk, now: int = NOW) -> list[str]:
    with desk.registry.reading() as uow:
        return uow.jobs.due(now, KINDS, 10)


def take(desk: Desk, now: int = NOW) -> Job:
    """The first job that is due."""
    (id, *_) = due(desk, now)
    with desk.registry.bookkeeping() as uow:
        taken = uow.jobs.take(id, now, now + LEASE)
    assert taken is not None
    return taken


def job(desk: Desk, key: str = "c1") -> Job:
    with desk.registry.reading() as uow:
        found = uow.jobs.of("prove", key)
    assert found is not None
    return found


def test_a_job_asked_for_twice_is_one_job_at_the_earlier_time(desk: Desk) -> None:
    for at in (NOW + 50, NOW + 20, NOW + 90):
        add(desk, at)
    found = job(desk)
    assert (found.due, found.state, found.attempts) == (NOW + 20, JobState.WAITING, 0)
    assert due(desk, NOW + 19) == []
    assert due(desk, NOW + 20) == [found.id]


def test_a_job_is_kept_only_with_what_asked_for_it(desk: Desk) -> None:
    def ask_and_fail() -> None:
        with desk.registry.bookkeeping() as uow:
            uow.jobs.add("prove", "c1", NOW)
            raise RuntimeError("the transaction ends badly")

    with pytest.raises(RuntimeError):
        ask_and_fail()
    assert due(desk) == []


def test_jobs_of_kinds_that_nobody_here_knows_stay_where_they_are(desk: Desk) -> None:
    add(desk, kind="from a newer version")
    assert due(desk) == []


def test_what_was_due_first_comes_first(desk: Desk) -> None:
    for key, at in (("late", 30), ("early", 10), ("middle", 20)):
        add(desk, NOW + at, key)
    with desk.registry.reading() as uow:
        keys = [uow.jobs.find(id).key for id in uow.jobs.due(NOW + 30, KINDS, 2)]
    assert keys == ["early", "middle"]


def test_a_job_is_lent_to_one_until_the_lease_is_over(desk: Desk) -> None:
    add(desk)
    first = take(desk)
    assert (first.state, first.attempts, first.lease_until) == (JobState.RUNNING, 1, NOW + LEASE)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.take(first.id, NOW + LEASE - 1, NOW + 9 * LEASE) is None
    second = take(desk, NOW + LEASE)
    assert (second.id, second.attempts) == (first.id, 2)


def test_a_lease_can_be_lengthened_by_who_holds_it_and_by_nobody_else(desk: Desk) -> None:
    add(desk)
    first = take(desk)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.renew(first, NOW + 2 * LEASE)
    assert due(desk, NOW + LEASE) == []
    second = take(desk, NOW + 2 * LEASE)
    with desk.registry.bookkeeping() as uow:
        assert not uow.jobs.renew(first, NOW + 99 * LEASE)
        assert uow.jobs.renew(second, NOW + 3 * LEASE)


@pytest.mark.parametrize("ending", ["done", "put_off", "fail"])
def test_who_lost_a_job_cannot_settle_it_any_more(desk: Desk, ending: str) -> None:
    add(desk)
    lost = take(desk)
    now = NOW + LEASE
    held = take(desk, now)
    with desk.registry.bookkeeping() as uow:
        settle = getattr(uow.jobs, ending)
        assert not (settle(lost, now) if ending == "done" else settle(lost, now, "error"))
        assert uow.jobs.find(held.id) == held


def test_a_lost_run_stays_lost_when_the_job_has_begun_anew_since(desk: Desk) -> None:
    add(desk)
    lost = take(desk)
    second = take(desk, NOW + LEASE)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.done(second, NOW + LEASE)
    add(desk, NOW + 2 * LEASE)
    third = take(desk, NOW + 2 * LEASE)
    assert third.attempts == lost.attempts == 1
    with desk.registry.bookkeeping() as uow:
        assert not uow.jobs.done(lost, NOW + 2 * LEASE)
        assert uow.jobs.find(third.id) == third


def test_asked_for_while_it_runs_it_runs_once_more(desk: Desk) -> None:
    add(desk)
    running = take(desk)
    for at in (NOW + 70, NOW + 60, NOW + 80):
        add(desk, at)
    assert job(desk).state is JobState.RUNNING
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.done(running, NOW + 5)
    again = job(desk)
    assert (again.state, again.due, again.attempts) == (JobState.WAITING, NOW + 60, 0)
    assert (again.next_due, again.finished_at) == (None, NOW + 5)


def test_done_is_done_until_somebody_asks_again(desk: Desk) -> None:
    add(desk)
    running = take(desk)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.done(running, NOW + 5)
    assert job(desk).state is JobState.DONE
    assert due(desk, NOW + 10**9) == []
    add(desk, NOW + 100)
    assert due(desk, NOW + 99) == []
    assert take(desk, NOW + 100).attempts == 1


def test_what_is_put_off_waits_with_its_error_and_its_attempts(desk: Desk) -> None:
    add(desk)
    running = take(desk)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.put_off(running, NOW + 40, "x" * 2 * ERROR_CHARACTERS)
    put_off = job(desk)
    assert (put_off.state, put_off.due, put_off.attempts) == (JobState.WAITING, NOW + 40, 1)
    assert put_off.last_error == "x" * ERROR_CHARACTERS
    second = take(desk, NOW + 40)
    assert second.attempts == 2
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.done(second, NOW + 41)
    assert job(desk).last_error is None


def test_what_failed_stays_visible_until_somebody_lets_it_begin_anew(desk: Desk) -> None:
    add(desk)
    running = take(desk)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.fail(running, NOW + 5, "it did not work")
    failed = job(desk)
    assert (failed.state, failed.last_error) == (JobState.FAILED, "it did not work")
    assert due(desk, NOW + 10**9) == []
    with desk.registry.bookkeeping() as uow:
        anew = uow.jobs.retry(failed.id, NOW + 6)
    assert (anew.state, anew.due, anew.attempts) == (JobState.WAITING, NOW + 6, 0)


def test_what_failed_although_asked_for_again_begins_anew_at_that_time(desk: Desk) -> None:
    add(desk)
    running = take(desk)
    add(desk, NOW + 500)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.fail(running, NOW + 5, "it did not work")
    assert job(desk).state is JobState.FAILED
    assert due(desk, NOW + 499) == []
    anew = take(desk, NOW + 500)
    assert (anew.attempts, anew.next_due) == (1, None)


def test_a_job_that_runs_or_is_not_there_cannot_be_retried(desk: Desk) -> None:
    add(desk)
    running = take(desk)
    with desk.registry.bookkeeping() as uow:
        with pytest.raises(Conflict, match="being run"):
            uow.jobs.retry(running.id, NOW)
        with pytest.raises(NotFound) as raised:
            uow.jobs.retry("no-such-job", NOW)
    assert raised.value.field == "ID"


def test_the_list_can_be_narrowed_by_state_and_kind(desk: Desk) -> None:
    for key, at in (("a", NOW - 1), ("b", NOW)):
        add(desk, at, key)
    add(desk, kind="tidy", key="")
    take(desk)
    with desk.registry.reading() as uow:
        assert len(uow.jobs.listed(limit=10)) == 3
        assert len(uow.jobs.listed(limit=2)) == 2
        assert [each.key for each in uow.jobs.listed(states=[JobState.RUNNING], limit=10)] == ["a"]
        assert [each.key for each in uow.jobs.listed(kind="prove", limit=10)] == ["a", "b"]


def test_the_depth_counts_states_and_trouble_and_says_since_when_the_oldest_waits(
    desk: Desk,
) -> None:
    with desk.registry.reading() as uow:
        empty = uow.jobs.depth(NOW)
    assert (set(empty.by_state.values()), empty.oldest_due, empty.troubled) == ({0}, None, {})
    for key, at in (("a", 0), ("b", 10), ("c", 500)):
        add(desk, NOW + at, key)
    running = take(desk)
    with desk.registry.bookkeeping() as uow:
        uow.jobs.fail(running, NOW, "it did not work")
        depth = uow.jobs.depth(NOW + 20)
    assert depth.by_state[JobState.WAITING] == 2
    assert depth.by_state[JobState.FAILED] == 1
    assert depth.oldest_due == NOW + 10
    assert depth.troubled == {"prove": 1}


def test_the_newest_end_of_some_kinds_tells_that_somebody_runs_them(desk: Desk) -> None:
    add(desk)
    running = take(desk)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.newest_finish(KINDS) is None
        uow.jobs.done(running, NOW + 7)
        assert uow.jobs.newest_finish(KINDS) == NOW + 7
        assert uow.jobs.newest_finish(["tidy"]) is None


def test_only_what_is_done_is_forgotten(desk: Desk) -> None:
    for at, key in enumerate(("done", "failed", "waiting")):
        add(desk, NOW - 3 + at, key)
    with desk.registry.bookkeeping() as uow:
        for key, settle in (("done", uow.jobs.done), ("failed", uow.jobs.fail)):
            found = uow.jobs.of("prove", key)
            assert found is not None
            taken = uow.jobs.take(found.id, NOW, NOW + LEASE)
            assert taken is not None
            settle(taken, NOW, *(["error"] if key == "failed" else []))
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.forget_done(NOW) == 0
        assert uow.jobs.forget_done(NOW + 1) == 1
        assert [each.key for each in uow.jobs.listed(limit=10)] == ["failed", "waiting"]


def take_all(folder: Path, url: str, ids: list[str]) -> list[str]:
    """Takes as many as it can get. Returns their ids."""
    registry = open_registry(settings_for(folder, url))
    taken = []
    for id in ids:
        with registry.bookkeeping() as uow:
            if uow.jobs.take(id, NOW, NOW + LEASE) is not None:
                taken.append(id)
    registry.close()
    return taken


def test_of_processes_that_take_the_same_jobs_each_job_goes_to_one(
    desk: Desk, tmp_path: Path
) -> None:
    for number in range(20):
        add(desk, key=f"c{number}")
    with desk.registry.reading() as uow:
        ids = uow.jobs.due(NOW, KINDS, 100)
    url = desk.registry.settings.database_url
    taken = in_processes(take_all, [(tmp_path, url, ids)] * PROCESSES)
    assert sorted(id for each in taken for id in each) == sorted(ids)
