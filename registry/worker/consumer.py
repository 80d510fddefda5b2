"""The background worker's process: threads that run jobs, and one that looks every second for what is due; beside them
those that send notices (`senders`).

When it is told to end, no job is begun any more, and those that run have END_SECONDS to end; one that does not is run
again later.
"""

import logging
import os
import threading
from datetime import datetime
from typing import Any, Final

from huey.consumer import Consumer, Scheduler

from registry.logs import Log
from registry.worker.cosigning import cosigning
from registry.worker.queue import JobQueue
from registry.worker.runner import Runner
from registry.worker.senders import sending

END_SECONDS: Final = 10
_LOOK_SECONDS: Final = 1
_MOST_IDLE_SECONDS: Final = 1.0
"""How long a thread sleeps at most before it looks into an SQLite queue again."""


class _Dispatcher(Scheduler):  # type: ignore[misc]
    """huey's scheduler, which asks the list of jobs instead of a crontab."""

    periodic_task_seconds = _LOOK_SECONDS

    def __init__(self, queue: JobQueue, **given: Any) -> None:
        super().__init__(queue.huey, **given)
        self._queue = queue

    def enqueue_periodic_tasks(self, _now: datetime | None) -> None:
        self._queue.dispatch()


class _Threads(Consumer):  # type: ignore[misc]
    """huey's consumer, with our scheduler; signals are for whoever runs the process."""

    def __init__(self, queue: JobQueue, threads: int) -> None:
        self._queue = queue
        super().__init__(
            queue.huey,
            workers=threads,
            max_delay=_MOST_IDLE_SECONDS,
            scheduler_interval=_LOOK_SECONDS,
            shutdown_timeout=END_SECONDS,
        )

    def _create_scheduler(self) -> _Dispatcher:
        return _Dispatcher(
            self._queue, stop_flag=self.stop_flag, interval=_LOOK_SECONDS, periodic=True
        )

    def _set_signal_handlers(self) -> None:
        pass


class _IntoOurLog(logging.Handler):
    """What huey complains about, as lines of ours."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._log.warning("queue", words=record.getMessage(), error=error)


def consume(
    runner: Runner, threads: int, ended: threading.Event, parent: int | None = None
) -> None:
    """Runs jobs in this many threads until the event is set, or until the process `parent`, where one is given, is
    no longer the parent of this one.

    Raises: Unavailable where the store is away at the start.
    """
    library = logging.getLogger("huey")
    handler = _IntoOurLog(runner.log)
    library.addHandler(handler)
    library.propagate = False
    runner.begin_standing()
    working = _Threads(JobQueue(runner, 2 * threads), threads)
    working.start()
    runner.log.info("background worker started", threads=threads, kinds=sorted(runner.kinds))
    try:
        with sending(runner), cosigning(runner):
            while not ended.wait(_LOOK_SECONDS):
                working.check_worker_health()
                if parent is not None and os.getppid() != parent:
                    break
    finally:
        working.stop(graceful=True)
        working.huey.storage.close()
        library.removeHandler(handler)
        runner.log.info("background worker ended")
