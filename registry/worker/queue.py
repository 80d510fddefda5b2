"""The queue between the list of jobs and the threads that run them: huey, on a file of its own beside an SQLite
store, or in the store's PostgreSQL database. It holds ids of jobs that are due now, and may be lost at any time: the
list of jobs is in the store, and what was lost here is put here again.
"""

import json
import threading
from pathlib import Path
from typing import Any, Final

from huey import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy.engine import make_url

from registry.errors import Unavailable
from registry.settings import Settings
from registry.worker.runner import Runner

NAME: Final = "registry"
QUEUE_FILE: Final = "job-queue.sqlite"


class _PlainMessages(Serializer):  # type: ignore[misc]
    """JSON instead of huey's pickle: whoever can write to the queue must not be able to run code."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data._asdict()).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(**json.loads(bytes(data)))


class JobQueue:
    """Jobs on their way to a thread: at most `most` at once."""

    def __init__(self, runner: Runner, most: int) -> None:
        self.huey = open_huey(runner.registry.settings)
        self._runner = runner
        self._most = most
        self._away = False
        closing = threading.Lock()

        @self.huey.task(name="run_job")  # type: ignore[untyped-decorator]
        def run_job(id: str) -> None:
            try:
                runner.run(id)
            except Unavailable as error:
                runner.log.warning("a job could not be taken or settled", job=id, error=error)

        @self.huey.on_shutdown()  # type: ignore[untyped-decorator]
        def close_mine() -> None:
            with closing:  # huey looks whether the connection that all share is open, and closes it, in two steps
                self.huey.storage.close()  # each thread listens over a connection of its own

        self._enqueue = run_job

    def dispatch(self) -> int:
        """Puts what is due into the queue, where it is not there already. Returns how many.

        Never fails: where the store is away, nothing is due.
        """
        try:
            due = self._runner.due(self._most)
            waiting = {task.args[0] for task in self.huey.pending()} if due else set()
            fresh = [id for id in due if id not in waiting][: self._most - len(waiting)]
            for id in fresh:
                self._enqueue(id)
        except Exception as error:
            if not self._away:
                self._runner.log.error("no job can be started", error=error)
            self._away = True
            return 0
        if self._away:
            self._runner.log.info("jobs are started again")
        self._away = False
        return len(fresh)


def open_huey(settings: Settings) -> Huey:
    """huey over the database of these settings. Its tables on PostgreSQL are in our migrations."""
    given: dict[str, Any] = {"results": False, "serializer": _PlainMessages()}
    url = make_url(settings.database_url)
    if url.drivername.startswith("postgresql"):
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(NAME, dsn=dsn, create_tables=False, **given)
    beside = Path(url.database or settings.var / "registry.sqlite").parent / QUEUE_FILE
    # no fsync: what a crash of the machine takes from here is still in the list of jobs
    return SqliteHuey(NAME, filename=str(beside), fsync=False, **given)
