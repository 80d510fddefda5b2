"""Runners for tests: kinds that do what a test says, and a log that is read."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from registry.bootstrap import Registry
from registry.logs import open_log
from registry.storage.jobs import Job
from registry.worker.kinds import Kind
from registry.worker.runner import Runner
from tests.registries import Desk


@dataclass
class Hands:
    """A runner of one kind, "work"; `act` is what it does, `done` what it did."""

    desk: Desk
    act: Callable[[Registry, Job], None] = lambda registry, job: None
    tries: int = 3
    every: int | None = None
    done: list[str] = field(default_factory=list)
    written: io.StringIO = field(default_factory=io.StringIO)

    def work(self, registry: Registry, job: Job) -> None:
        self.act(registry, job)
        self.done.append(job.key)

    def runner(self, lease: int = 60_000) -> Runner:
        log = open_log("info", self.written, self.desk.clock)
        kinds = {"work": Kind(self.work, self.tries, self.every)}
        return Runner(self.desk.registry, log, kinds, lease, lambda: 0.5)

    def ask(self, key: str = "k", due: int | None = None) -> str:
        """Asks for a job. Returns its id."""
        with self.desk.registry.bookkeeping() as uow:
            uow.jobs.add("work", key, self.desk.clock() if due is None else due)
        return self.job(key).id

    def job(self, key: str = "k") -> Job:
        with self.desk.registry.reading() as uow:
            found = uow.jobs.of("work", key)
        assert found is not None
        return found

    def lines(self) -> list[dict[str, Any]]:
        """What was logged."""
        return [json.loads(line) for line in self.written.getvalue().splitlines()]
