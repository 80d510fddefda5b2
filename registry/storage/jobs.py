"""Work to be done later: one row a job, written in the same transaction as whatever asks for it.

Guarantee: what was added is run, also when the process that runs it is killed: a job is lent out for a time (its
lease), and lent again when that time has passed. Between two runners, `lendings` is the fence: it counts them for ever,
and whoever settles a job has to name the lending that it holds. One row per kind and key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from registry.domain.ids import new_id
from registry.errors import Conflict, NotFound
from registry.storage.tables import jobs

ERROR_CHARACTERS: Final = 500
"""How much of an error's words is kept."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. Times in ms; `attempts` counts the times it was lent out since it was asked for.

    `next_due`: it was asked for again while it ran (or failed), and will run once more from then on. `finished_at`:
    when it last ended, well or not. `last_error`: what went wrong last, until it ends well.
    """

    id: str
    kind: str
    key: str
    due: int
    state: JobState
    attempts: int
    lendings: int
    lease_until: int | None
    next_due: int | None
    last_error: str | None
    created_at: int
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class Depth:
    """How much there is to do: jobs by state, since when the longest waits (ms; None: nothing is due), and of each
    kind, how many went wrong when they were last run."""

    by_state: dict[JobState, int]
    oldest_due: int | None
    troubled: dict[str, int]


def _add(dialect: Any) -> Insert:
    old, fresh = jobs.c, dialect.insert(jobs)
    new = fresh.excluded
    running = old.state == JobState.RUNNING
    ended = old.state.in_([JobState.DONE, JobState.FAILED])
    sooner = or_(old.next_due.is_(None), old.next_due > new.due)
    added: Insert = fresh.on_conflict_do_update(
        index_elements=["kind", "key"],
        set_={
            "due": case(
                (running, old.due), (and_(~ended, old.due < new.due), old.due), else_=new.due
            ),
            "next_due": case((and_(running, sooner), new.due), (ended, null()), else_=old.next_due),
            "state": case((running, old.state), else_=new.state),
            "attempts": case((ended, 0), else_=old.attempts),
        },
    )
    return added


_ADD = {"postgresql": _add(postgresql), "sqlite": _add(sqlite)}

_READY = or_(
    and_(jobs.c.state == JobState.WAITING, jobs.c.due <= bindparam("now")),
    and_(jobs.c.state == JobState.RUNNING, jobs.c.lease_until <= bindparam("now")),
    and_(jobs.c.state == JobState.FAILED, jobs.c.next_due <= bindparam("now")),
)
_DUE = (
    select(jobs.c.id)
    .where(_READY, jobs.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(jobs.c.due, jobs.c.id)
    .limit(bindparam("limit"))
)


class Jobs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, kind: str, key: str, due: int, *, now: int | None = None) -> None:
        """Asks for a job of this kind about `key`, to be run from `due` (ms) on. Safe to repeat.
        `now`: when it is asked for, where that is not `due`.

        Waits there is one already: the earlier time counts. It runs at this moment: it will run once more
        afterwards, since it may have read what has changed since. It has ended: it begins anew.
        """
        asked = due if now is None else now
        self._connection.execute(
            _ADD[self._connection.dialect.name],
            {
                "id": new_id(asked),
                "kind": kind,
                "key": key,
                "due": due,
                "state": JobState.WAITING,
                "attempts": 0,
                "lendings": 0,
                "created_at": asked,
            },
        )

    def due(self, now: int, kinds: Iterable[str], limit: int) -> list[str]:
        """The ids of what can be run now: waiting and due, or lent out for longer than was agreed."""
        given = {"now": now, "kinds": list(kinds), "limit": limit}
        return [row.id for row in self._connection.execute(_DUE, given)]

    def take(self, id: str, now: int, lease_until: int) -> Job | None:
        """Lends a job out until `lease_until`, or None where it is not to be run now (any more).

        Belongs in a write transaction: of two that take at the same time, one gets it.
        """
        row = self._connection.execute(
            update(jobs)
            .where(jobs.c.id == bindparam("this"), _READY)
            .values(
                state=JobState.RUNNING,
                attempts=case((jobs.c.state == JobState.FAILED, 1), else_=jobs.c.attempts + 1),
                lendings=jobs.c.lendings + 1,
                next_due=case((jobs.c.state == JobState.FAILED, null()), else_=jobs.c.next_due),
                lease_until=bindparam("until"),
            )
            .returning(jobs),
            {"this": id, "now": now, "until": lease_until},
        ).one_or_none()
        return None if row is None else _job(row)

    def renew(self, job: Job, lease_until: int) -> bool:
        """Lengthens the lease of a job that is still being run. False: it is somebody else's by now."""
        return self._settle(job, {"lease_until": lease_until})

    def done(self, job: Job, now: int) -> bool:
        """It ended well; it waits anew where it was asked for meanwhile. False: it is somebody else's by now."""
        again = jobs.c.next_due.is_not(None)
        return self._settle(
            job,
            {
                "state": case((again, JobState.WAITING), else_=JobState.DONE),
                "due": func.coalesce(jobs.c.next_due, jobs.c.due),
                "next_due": None,
                "attempts": case((again, 0), else_=jobs.c.attempts),
                "lease_until": None,
                "last_error": None,
                "finished_at": now,
            },
        )

    def put_off(self, job: Job, due: int, error: str) -> bool:
        """It went wrong, and will be tried again from `due` on. False: it is somebody else's by now."""
        return self._settle(
            job,
            {
                "state": JobState.WAITING,
                "due": due,
                "lease_until": None,
                "last_error": error[:ERROR_CHARACTERS],
            },
        )

    def fail(self, job: Job, now: int, error: str) -> bool:
        """It went wrong for the last time; it stays visible as failed. Asked for meanwhile, it begins anew at that
        time. False: it is somebody else's by now."""
        return self._settle(
            job,
            {
                "state": JobState.FAILED,
                "lease_until": None,
                "last_error": error[:ERROR_CHARACTERS],
                "finished_at": now,
            },
        )

    def retry(self, id: str, now: int) -> Job:
        """Lets a job begin anew, at once.

        Raises: NotFound; Conflict for one that is running.
        """
        found = self.find(id)
        if found.state is JobState.RUNNING:
            raise Conflict(
                f"this job ({found.kind} {found.key}) is being run at this moment; wait until it has ended",
                field="ID",
            )
        self._connection.execute(
            update(jobs)
            .where(jobs.c.id == id)
            .values(state=JobState.WAITING, due=now, attempts=0, next_due=None)
        )
        return self.find(id)

    def find(self, id: str) -> Job:
        """One job. Raises: NotFound."""
        row = self._connection.execute(select(jobs).where(jobs.c.id == id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no job {id}", field="ID")
        return _job(row)

    def of(self, kind: str, key: str) -> Job | None:
        """The job of this kind about `key`, if it was ever asked for and not tidied away since."""
        row = self._connection.execute(
            select(jobs).where(jobs.c.kind == kind, jobs.c.key == key)
        ).one_or_none()
        return None if row is None else _job(row)

    def listed(
        self, *, states: Sequence[JobState] = (), kind: str | None = None, limit: int
    ) -> list[Job]:
        """Jobs in the order in which they are due, of these states (all unless given) and this kind."""
        query = select(jobs).order_by(jobs.c.due, jobs.c.id).limit(limit)
        if states:
            query = query.where(jobs.c.state.in_(states))
        if kind is not None:
            query = query.where(jobs.c.kind == kind)
        return [_job(row) for row in self._connection.execute(query)]

    def depth(self, now: int) -> Depth:
        """How many jobs there are in each state, and how long the first of those due has been waiting."""
        counted = self._connection.execute(
            select(jobs.c.state, func.count()).group_by(jobs.c.state)
        )
        by_state = dict.fromkeys(JobState, 0) | {
            JobState(row.state): int(row[1]) for row in counted
        }
        oldest = self._connection.execute(
            select(func.min(jobs.c.due)).where(jobs.c.state == JobState.WAITING, jobs.c.due <= now)
        ).scalar_one()
        troubled = self._connection.execute(
            select(jobs.c.kind, func.count())
            .where(jobs.c.last_error.is_not(None))
            .group_by(jobs.c.kind)
        )
        return Depth(by_state, oldest, {row.kind: int(row[1]) for row in troubled})

    def newest_finish(self, kinds: Iterable[str]) -> int | None:
        """When a job of one of these kinds last ended: a sign that somebody runs them."""
        newest: int | None = self._connection.execute(
            select(func.max(jobs.c.finished_at)).where(jobs.c.kind.in_(list(kinds)))
        ).scalar_one()
        return newest

    def forget_done(self, before: int) -> int:
        """Deletes what ended well before this moment. Returns how many. What failed stays."""
        return self._connection.execute(
            delete(jobs).where(jobs.c.state == JobState.DONE, jobs.c.finished_at < before)
        ).rowcount

    def _settle(self, job: Job, values: dict[str, Any]) -> bool:
        held = (
            jobs.c.id == job.id,
            jobs.c.state == JobState.RUNNING,
            jobs.c.lendings == job.lendings,
        )
        return self._connection.execute(update(jobs).where(*held).values(values)).rowcount == 1


def _job(row: Any) -> Job:
    return Job(**{**row._mapping, "state": JobState(row.state)})
