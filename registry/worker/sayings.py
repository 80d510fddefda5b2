"""Saying something about many works: chunk by chunk, each in its own transaction."""

from registry.bootstrap import Registry
from registry.services.say_for_many import say_chunk
from registry.storage.jobs import Job


def run_saying(registry: Registry, job: Job) -> None:
    """Kind `say`: goes on with what the job's key names, from where it was.

    Raises: Unavailable, LogRefuses; what is said stays said, and the next try goes on after it.
    """
    more = True
    while more:
        with registry.writing() as ledger:
            more = say_chunk(ledger, job.key)
