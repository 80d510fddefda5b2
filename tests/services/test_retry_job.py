"""A job begins anew because a steward said so, and the journal says who."""

import pytest
from sqlalchemy import text

from registry.errors import NotFound
from registry.services.retry_job import retry_job
from tests.registries import STEWARD, Desk


def test_a_retried_job_is_due_at_once_and_the_journal_names_the_steward(desk: Desk) -> None:
    now = desk.clock()
    with desk.registry.bookkeeping() as uow:
        uow.jobs.add("prove", "c", now + 1_000)
        (waiting,) = uow.jobs.listed(limit=1)
        assert uow.jobs.due(now, ["prove"], 1) == []
        retried = retry_job(uow, waiting.id, STEWARD, now)
        assert uow.jobs.due(now, ["prove"], 1) == [waiting.id]
    assert (retried.due, retried.attempts) == (now, 0)
    with desk.registry.reading() as uow:
        acts = uow.connection.execute(text("SELECT actor, act FROM audit_events ORDER BY id"))
        assert (STEWARD.id, "job-retried") in [tuple(row) for row in acts]


def test_a_job_that_is_not_there_leaves_no_trace(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow, pytest.raises(NotFound):
        retry_job(uow, "no-such-job", STEWARD, desk.clock())
    with desk.registry.reading() as uow:
        acts = uow.connection.execute(text("SELECT act FROM audit_events")).scalars()
        assert "job-retried" not in list(acts)
