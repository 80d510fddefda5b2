"""`registry jobs`: what waits to be done in the background, what went wrong, and doing it again."""

import sys
from typing import Any

import click

from registry.cli.calm import as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import show_fields, show_json, show_rows
from registry.instants import rfc3339
from registry.logs import open_log
from registry.services.retry_job import retry_job
from registry.storage.jobs import Job, JobState
from registry.worker.runner import Ending, Runner

_AT_ONCE = 100
_STATES = [state.value for state in JobState]


@click.group()
def jobs() -> None:
    """Work in the background: status lists, checks of the log, tidying, and what was asked for."""


@jobs.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these.")
@click.option("--kind", help="Only this kind.")
@click.option("--limit", type=click.IntRange(1), default=1_000, help="How many; 1000 unless given.")
@as_json
def list_jobs(states: tuple[str, ...], kind: str | None, limit: int, json_out: bool) -> None:
    """Lists jobs in the order in which they are due."""
    with at_the_desk() as registry, registry.reading() as uow:
        found = uow.jobs.listed(
            states=[JobState(state) for state in states], kind=kind, limit=limit
        )
    if json_out:
        show_json({"jobs": [_members(job) for job in found]})
        return
    show_rows(
        ("id", "state", "kind", "key", "due", "attempts", "last error"),
        [
            (
                job.id,
                job.state.value,
                job.kind,
                job.key or None,
                rfc3339(job.due if job.next_due is None else job.next_due),
                job.attempts,
                job.last_error,
            )
            for job in found
        ],
        empty="No jobs.",
    )


@jobs.command("retry")
@click.argument("id")
@by_steward
@as_json
def retry(id: str, steward: str | None, json_out: bool) -> None:
    """Lets the job ID begin anew, at once: its attempts count from none."""
    actor = acting(steward)
    with at_the_desk() as registry, registry.bookkeeping() as uow:
        job = retry_job(uow, id, actor, registry.clock())
    if json_out:
        show_json(_members(job))
    else:
        show_fields(list(_members(job).items()))


@jobs.command("run-once")
@as_json
def run_once(json_out: bool) -> None:
    """Runs what is due now, here, one job after the other, and ends with exit code 1 if any went wrong."""
    ended: dict[str, tuple[Job, Ending]] = {}
    with at_the_desk() as registry:
        runner = Runner(registry, open_log(registry.settings.log_level, sys.stderr, registry.clock))
        runner.begin_standing()
        while fresh := [id for id in runner.due(_AT_ONCE) if id not in ended]:
            for id in fresh:
                ending = runner.run(id)
                if ending is not None:
                    with registry.reading() as uow:
                        ended[id] = uow.jobs.find(id), ending
    if json_out:
        show_json(
            {"ran": [_members(job) | {"ending": ending.value} for job, ending in ended.values()]}
        )
    else:
        show_rows(
            ("id", "ending", "kind", "key", "last error"),
            [
                (job.id, ending.value, job.kind, job.key or None, job.last_error)
                for job, ending in ended.values()
            ],
            empty="Nothing was due.",
        )
    if any(ending is not Ending.DONE for _, ending in ended.values()):
        raise click.exceptions.Exit(1)


def _members(job: Job) -> dict[str, Any]:
    """A job for machines."""
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "state": job.state.value,
        "due": rfc3339(job.due),
        "next_due": _moment(job.next_due),
        "attempts": job.attempts,
        "last_error": job.last_error,
        "lease_until": _moment(job.lease_until),
        "created_at": rfc3339(job.created_at),
        "finished_at": _moment(job.finished_at),
    }


def _moment(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
