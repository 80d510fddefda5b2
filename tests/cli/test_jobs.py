"""`registry jobs`: what waits is listed, what failed can begin anew, and what is due can be run here."""

from pathlib import Path

import pytest
from sqlalchemy import text

from registry.bootstrap import Registry
from registry.storage.jobs import Job
from tests.cli.conftest import Command

STANDING = ["log-check", "status-lists", "tidy"]


@pytest.fixture
def failed(registry: Registry) -> Job:
    """A job that was given up."""
    now = registry.clock()
    with registry.bookkeeping() as uow:
        uow.jobs.add("tidy", "", now)
        found = uow.jobs.of("tidy", "")
        assert found is not None
        taken = uow.jobs.take(found.id, now, now + 1_000)
        assert taken is not None
        assert uow.jobs.fail(taken, now, "verification-failed: another root")
        return uow.jobs.find(found.id)


def test_on_a_fresh_registry_there_are_none(command: Command) -> None:
    assert command("jobs", "list").stdout == "No jobs.\n"
    assert command.json("jobs", "list") == {"jobs": []}


def test_run_once_runs_what_is_due_and_says_how_it_ended(command: Command) -> None:
    first = command.json("jobs", "run-once")["ran"]
    assert {job["kind"] for job in first} >= set(STANDING)
    assert {job["ending"] for job in first} == {"done"}
    assert command("jobs", "run-once").stdout == "Nothing was due.\n"
    listed = command("jobs", "list").stdout
    assert all(kind in listed for kind in STANDING)


def test_what_failed_is_listed_with_its_error_and_begins_anew_when_retried(
    command: Command, registry: Registry, failed: Job
) -> None:
    assert "another root" in command("jobs", "list", "--state", "failed").stdout
    (listed,) = command.json("jobs", "list", "--kind", "tidy")["jobs"]
    assert (listed["id"], listed["state"], listed["attempts"]) == (failed.id, "failed", 1)
    assert listed["last_error"] == "verification-failed: another root"
    retried = command.json("jobs", "retry", failed.id, "--steward", "jo")
    assert (retried["state"], retried["attempts"]) == ("waiting", 0)
    command("jobs", "run-once")
    (done,) = command.json("jobs", "list", "--kind", "tidy")["jobs"]
    assert done["last_error"] is None
    with registry.reading() as uow:
        actors = uow.connection.execute(
            text("SELECT actor FROM audit_events WHERE act = 'job-retried'")
        ).scalars()
        assert list(actors) == ["jo"]


def test_retrying_what_is_not_there_changes_nothing_and_says_so(command: Command) -> None:
    (line,) = command("jobs", "retry", "no-such-job", code=1).stderr.splitlines()
    assert "no job no-such-job" in line
    assert line.endswith("Nothing was changed.")


def test_run_once_ends_with_code_1_when_a_job_went_wrong(
    command: Command, registry: Registry
) -> None:
    with registry.bookkeeping() as uow:
        uow.connection.execute(
            text("UPDATE log_tiles SET hashes = :hashes WHERE level = 0"), {"hashes": bytes(8192)}
        )
    printed = command("jobs", "run-once", code=1).stdout
    (line,) = [line for line in printed.splitlines() if "log-check" in line]
    assert "put off" in line
    assert "another root" in line


def test_a_folder_without_a_registry_gets_none_by_looking_for_jobs(unprepared: Command) -> None:
    assert "registry migrate" in unprepared("jobs", "list", code=1).stderr
    assert not Path(unprepared.env["REGISTRY_VAR"]).exists()
