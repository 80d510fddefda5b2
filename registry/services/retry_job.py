"""A steward lets a job begin anew: one that failed, or one that would wait longer."""

from registry.services.actor import Actor
from registry.services.note_act import note_act
from registry.storage.jobs import Job
from registry.storage.unit_of_work import UnitOfWork


def retry_job(uow: UnitOfWork, id: str, actor: Actor, now: int) -> Job:
    """The job as it waits now, due at once. Raises: NotFound; Conflict for one that is running."""
    job = uow.jobs.retry(id, now)
    note_act(uow, "job-retried", actor, now, job=id, kind=job.kind, key=job.key)
    return job
