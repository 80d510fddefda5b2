"""Running jobs: done once, tried again later and later, given up visibly, never run by two at a time."""

import threading

import pytest

from registry.bootstrap import Registry
from registry.errors import VerificationFailed
from registry.instants import HOUR_MS, SECOND_MS
from registry.storage.jobs import Job, JobState
from registry.worker.runner import Ending, wait_after
from tests.registries import Desk
from tests.worker.runners import Hands


def fail(registry: Registry, job: Job) -> None:
    raise VerificationFailed("the root is another one")


def test_a_job_that_is_due_is_run_once(desk: Desk) -> None:
    hands = Hands(desk)
    id = hands.ask()
    runner = hands.runner()
    assert runner.due(10) == [id]
    assert runner.run(id) is Ending.DONE
    assert runner.run(id) is None
    assert hands.done == ["k"]
    assert hands.job().state is JobState.DONE


def test_a_job_that_is_not_due_is_not_run(desk: Desk) -> None:
    hands = Hands(desk)
    id = hands.ask(due=desk.clock() + 1)
    assert hands.runner().due(10) == []
    assert hands.runner().run(id) is None
    desk.clock.forward(1)
    assert hands.runner().run(id) is Ending.DONE


def test_what_goes_wrong_is_tried_again_after_twice_as_long_and_then_given_up(desk: Desk) -> None:
    hands = Hands(desk, act=fail)
    id = hands.ask()
    runner = hands.runner()
    for attempt, wait in ((1, 10), (2, 20)):
        assert runner.run(id) is Ending.PUT_OFF
        waiting = hands.job()
        assert (waiting.state, waiting.attempts) == (JobState.WAITING, attempt)
        assert waiting.due == desk.clock() + wait * SECOND_MS
        assert waiting.last_error == "verification-failed: the root is another one"
        desk.clock.forward(wait * SECOND_MS - 1)
        assert runner.due(10) == []
        desk.clock.forward(1)
    assert runner.run(id) is Ending.FAILED
    assert hands.job().state is JobState.FAILED
    desk.clock.forward(1000 * HOUR_MS)
    assert runner.due(10) == []
    events = [line["event"] for line in hands.lines()]
    assert events == ["job went wrong"] * 3 + ["job failed"]


def test_a_retried_job_has_all_its_tries_again(desk: Desk) -> None:
    hands = Hands(desk, act=fail, tries=1)
    id = hands.ask()
    assert hands.runner().run(id) is Ending.FAILED
    with desk.registry.bookkeeping() as uow:
        uow.jobs.retry(id, desk.clock())
    hands.act = lambda registry, job: None
    assert hands.runner().run(id) is Ending.DONE
    assert hands.job().last_error is None


def test_words_of_strangers_in_an_error_reach_neither_the_list_nor_the_log(desk: Desk) -> None:
    def quote(registry: Registry, job: Job) -> None:
        raise ValueError("token cr_secret of ada@example.org")

    hands = Hands(desk, act=quote)
    hands.runner().run(hands.ask())
    assert (hands.job().last_error or "").startswith("ValueError")
    assert "ada" not in (hands.job().last_error or "")
    assert "ada" not in hands.written.getvalue()
    (line,) = hands.lines()
    assert line["kind"] == "work"
    assert "quote" in line["error"][0]["at"][-1]


def test_a_living_runner_keeps_its_job_however_long_it_takes(desk: Desk) -> None:
    second = Hands(desk)

    def long_work(registry: Registry, job: Job) -> None:
        for _ in range(3):
            until = second.job().lease_until
            desk.clock.forward(
                150
            )  # the lease is 200 ms by this clock, and kept every 50 ms of real time
            for _ in range(6_000):
                if second.job().lease_until != until:
                    break
                threading.Event().wait(0.01)
            assert second.runner().run(job.id) is None

    first = Hands(desk, act=long_work)
    id = first.ask()
    assert first.runner(lease=200).run(id) is Ending.DONE
    assert (first.done, second.done) == (["k"], [])


def test_whoever_lost_its_job_says_so_and_changes_nothing(desk: Desk) -> None:
    other = Hands(desk)

    def freeze(registry: Registry, job: Job) -> None:
        desk.clock.forward(10 * HOUR_MS)
        assert other.runner().run(job.id) is Ending.DONE

    slow = Hands(desk, act=freeze)
    id = slow.ask()
    assert slow.runner().run(id) is Ending.LOST
    assert other.job().state is JobState.DONE
    assert slow.lines()[-1]["event"] == "job was lent to another before it ended"


def test_a_job_that_kills_whoever_runs_it_is_given_up_in_the_end(desk: Desk) -> None:
    def die(registry: Registry, job: Job) -> None:
        raise SystemExit  # as near as one gets within a process: nothing is settled

    hands = Hands(desk, act=die, tries=2)
    id = hands.ask()
    runner = hands.runner()
    for _ in range(2):
        with pytest.raises(SystemExit):
            runner.run(id)
        assert runner.run(id) is None
        desk.clock.forward(60 * SECOND_MS)
    assert runner.run(id) is Ending.FAILED
    assert "died each time" in (hands.job().last_error or "")


def test_a_standing_job_is_there_without_being_asked_for_and_comes_back(desk: Desk) -> None:
    hands = Hands(desk, every=HOUR_MS)
    runner = hands.runner()
    for _ in range(2):
        runner.begin_standing()
    (id,) = runner.due(10)
    assert runner.run(id) is Ending.DONE
    assert (hands.job("").state, hands.job("").due) == (
        JobState.WAITING,
        desk.clock() + HOUR_MS,
    )
    assert runner.due(10) == []
    desk.clock.forward(HOUR_MS)
    assert runner.run(id) is Ending.DONE


def test_a_standing_job_that_failed_is_shown_as_failed_and_comes_back_too(desk: Desk) -> None:
    hands = Hands(desk, act=fail, tries=1, every=HOUR_MS)
    runner = hands.runner()
    runner.begin_standing()
    (id,) = runner.due(10)
    assert runner.run(id) is Ending.FAILED
    runner.begin_standing()
    assert hands.job("").state is JobState.FAILED
    assert runner.due(10) == []
    desk.clock.forward(HOUR_MS)
    hands.act = lambda registry, job: None
    assert runner.run(id) is Ending.DONE
    assert hands.job("").last_error is None


def test_waits_grow_to_an_hour_and_are_never_all_the_same() -> None:
    assert [wait_after(n, 0.5) for n in (1, 2, 3)] == [10_000, 20_000, 40_000]
    assert wait_after(10, 0.5) == wait_after(100_000, 0.5) == HOUR_MS
    assert (wait_after(1, 0.0), wait_after(1, 1.0)) == (5_000, 15_000)


def test_two_runners_at_once_never_run_one_job_at_the_same_time(desk: Desk) -> None:
    inside: set[str] = set()
    guard = threading.Lock()
    clashes: list[str] = []

    def watched(registry: Registry, job: Job) -> None:
        with guard:
            (clashes if job.id in inside else []).append(job.id)
            inside.add(job.id)
        threading.Event().wait(0.02)
        with guard:
            inside.discard(job.id)

    hands = [Hands(desk, act=watched) for _ in range(2)]
    ids = [hands[0].ask(f"k{n}") for n in range(20)]

    def run_all(each: Hands) -> None:
        runner = each.runner()
        for id in ids:
            runner.run(id)

    threads = [threading.Thread(target=run_all, args=(each,)) for each in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clashes == []
    assert sorted(hands[0].done + hands[1].done) == sorted(f"k{n}" for n in range(20))
