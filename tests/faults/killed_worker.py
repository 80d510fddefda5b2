"""A background worker for `test_kill_worker`. Called with a folder; its file `takes` says how long a job takes.

A job writes down that it begins, takes its time, and has an effect that is the same twice as once.
"""

import sys
import threading
import time
from pathlib import Path

from registry.bootstrap import Registry, open_registry
from registry.instants import system_clock
from registry.logs import open_log
from registry.settings import Settings
from registry.storage.jobs import Job
from registry.storage.replies import Reply
from registry.worker.consumer import consume
from registry.worker.kinds import Kind
from registry.worker.runner import Runner

LEASE_MS = 1_500


def main(folder: Path) -> None:
    def work(registry: Registry, job: Job) -> None:
        with (folder / "begun").open("a") as begun:
            begun.write(f"{job.key} {job.attempts}\n")
        time.sleep(float((folder / "takes").read_text()))
        with registry.bookkeeping() as uow:
            if uow.replies.find("effect", job.key, b"") is None:
                uow.replies.keep("effect", job.key, b"", Reply(200, b""), registry.clock())
        (folder / f"done-{job.key}").touch()

    registry = open_registry(Settings.from_environ())
    log = open_log("info", sys.stderr, system_clock)
    runner = Runner(registry, log, {"work": Kind(work, tries=50)}, LEASE_MS)
    consume(runner, 2, threading.Event())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
