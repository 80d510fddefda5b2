"""The queue: what is due gets in once, runs, and may be lost; nothing that comes out of it is executed as code."""

import json
import pickle
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.storage.jobs import JobState
from registry.worker.queue import QUEUE_FILE, JobQueue, open_huey
from tests.registries import Desk
from tests.worker.runners import Hands


def run_waiting(queue: JobQueue) -> int:
    """Runs what waits in the queue, in this thread. Returns how many."""
    count = 0
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
        count += 1
    return count


def queue_of(hands: Hands, most: int) -> JobQueue:
    """A queue that, when it is empty, is waited for no longer than a moment."""
    queue = JobQueue(hands.runner(), most)
    queue.huey.storage.read_timeout = 0.05
    return queue


def test_what_is_due_gets_into_the_queue_once_and_runs_once(desk: Desk) -> None:
    hands = Hands(desk)
    queue = queue_of(hands, 4)
    assert queue.dispatch() == 0
    hands.ask("one")
    hands.ask("two")
    hands.ask("later", due=desk.clock() + 1)
    assert queue.dispatch() == 2
    assert queue.dispatch() == 0
    assert run_waiting(queue) == 2
    assert sorted(hands.done) == ["one", "two"]
    assert queue.dispatch() == 0
    queue.huey.storage.close()


def test_the_queue_never_holds_more_than_it_was_made_for(desk: Desk) -> None:
    hands = Hands(desk)
    queue = queue_of(hands, 3)
    for number in range(5):
        hands.ask(f"k{number}")
    assert queue.dispatch() == 3
    assert queue.dispatch() == 0
    assert run_waiting(queue) == 3
    assert queue.dispatch() == 2
    queue.huey.storage.close()


def test_a_queue_that_is_lost_is_filled_again(desk: Desk) -> None:
    hands = Hands(desk)
    queue = queue_of(hands, 4)
    hands.ask()
    assert queue.dispatch() == 1
    queue.huey.storage.flush_queue()
    assert queue.dispatch() == 1
    assert run_waiting(queue) == 1
    assert hands.done == ["k"]
    queue.huey.storage.close()


def test_a_job_that_got_in_twice_runs_once(desk: Desk) -> None:
    hands = Hands(desk)
    first, second = queue_of(hands, 4), queue_of(hands, 4)
    hands.ask()
    first.dispatch()
    (task,) = first.huey.pending()
    second.huey.enqueue(task)
    assert run_waiting(first) == 2
    assert hands.done == ["k"]
    for queue in (first, second):
        queue.huey.storage.close()


def test_what_is_stored_is_text_and_a_pickle_in_its_place_is_refused(desk: Desk) -> None:
    hands = Hands(desk)
    queue = queue_of(hands, 4)
    id = hands.ask()
    queue.dispatch()
    (stored,) = queue.huey.storage.enqueued_items()
    assert json.loads(bytes(stored))["args"] == [id]
    queue.huey.storage.flush_queue()
    queue.huey.storage.enqueue(pickle.dumps({"anything": 1}))
    with pytest.raises(ValueError, match=r"decode|Expecting"):
        queue.huey.dequeue()
    queue.huey.storage.close()


def test_on_postgresql_the_tables_are_those_of_our_migrations(desk: Desk) -> None:
    huey = open_huey(desk.registry.settings)
    with desk.registry.engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM huey_task")).scalar_one()
    assert count == 0
    assert huey.storage.queue_size() == 0
    beside = Path(desk.registry.settings.var).parent
    files = list(beside.rglob(QUEUE_FILE))
    assert len(files) == (desk.registry.engine.dialect.name == "sqlite")
    huey.storage.close()


def test_where_the_store_is_away_nothing_is_due_and_that_is_said_once(desk: Desk) -> None:
    hands = Hands(desk)
    queue = queue_of(hands, 4)
    hands.ask()
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(text("ALTER TABLE jobs RENAME TO away"))
    assert [queue.dispatch() for _ in range(3)] == [0, 0, 0]
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(text("ALTER TABLE away RENAME TO jobs"))
    assert queue.dispatch() == 1
    events = [line["event"] for line in hands.lines()]
    assert events == ["no job can be started", "jobs are started again"]
    assert hands.job().state is JobState.WAITING
    queue.huey.storage.close()


def test_threads_that_end_together_close_the_connection_they_share_one_after_the_other(
    desk: Desk,
) -> None:
    queue = queue_of(Hands(desk), 4)
    queue.dispatch()  # which opens it
    close, closing, failures = queue.huey.storage.close, [], []

    def close_slowly() -> None:
        closing.append(threading.get_ident())
        together = len(closing)
        time.sleep(0.02)
        close()
        closing.remove(threading.get_ident())
        assert together == 1

    def end(told: Callable[[], None]) -> None:
        try:
            told()
        except Exception as error:
            failures.append(error)

    queue.huey.storage.close = close_slowly
    (told,) = queue.huey._shutdown.values()  # what each thread is told when it ends
    threads = [threading.Thread(target=end, args=(told,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert closing == []
