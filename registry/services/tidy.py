"""Throwing away what is over: replies that nobody will ask for again, jobs done and notices given up on long ago,
imports and refusals past their time, what people left behind, and what platforms asked when it is kept no longer.
"""

from typing import Final

from registry.instants import DAY_MS
from registry.services.send_mail import UNSENT_KEPT_MS
from registry.services.sign_in import IDLE_MS
from registry.storage.import_files import ImportFiles
from registry.storage.unit_of_work import UnitOfWork

REPLIES_KEPT_MS: Final = 7 * DAY_MS
"""For how long a write that is sent again under its Idempotency-Key gets the reply that it got before."""
DONE_JOBS_KEPT_MS: Final = 30 * DAY_MS
"""For how long a job that ended well stays in the list."""
DEAD_NOTICES_KEPT_MS: Final = 30 * DAY_MS
"""For how long a notice that was given up on can be read and replayed."""
REFUSALS_KEPT_MS: Final = DAY_MS
"""For how long a platform can look at signatures of its own that were refused."""
IMPORTS_KEPT_MS: Final = 30 * DAY_MS
"""For how long an import that has ended, or was never started, can be looked at, with its file."""
NOTICES_KEPT_MS: Final = 365 * DAY_MS
"""For how long people find in their inbox what they were told."""
CHOICES_KEPT_MS: Final = DAY_MS
"""For how long one can go on with works that were selected in the list."""
SAYINGS_KEPT_MS: Final = 30 * DAY_MS
"""For how long one can go on with what one has begun to say about works, or look at what came of it."""
AT_ONCE: Final = 1_000
"""Rows a transaction, so that other writers never wait long."""


def forget_replies(uow: UnitOfWork, now: int) -> bool:
    """Deletes the oldest replies past their time. True: there may be more."""
    return uow.replies.forget(now - REPLIES_KEPT_MS, AT_ONCE) == AT_ONCE


def forget_done_jobs(uow: UnitOfWork, now: int) -> int:
    """Deletes jobs that ended well past their time; what failed stays. Returns how many."""
    return uow.jobs.forget_done(now - DONE_JOBS_KEPT_MS)


def forget_dead_notices(uow: UnitOfWork, now: int) -> int:
    """Deletes notices that were given up on past their time. Returns how many."""
    return uow.webhooks.forget_dead(now - DEAD_NOTICES_KEPT_MS)


def forget_imports(uow: UnitOfWork, files: ImportFiles, now: int) -> int:
    """Deletes imports past their time, with their files. Returns how many."""
    past = uow.imports.past(now - IMPORTS_KEPT_MS, AT_ONCE)
    for id in past:
        files.forget(id)
        uow.imports.forget(id)
    return len(past)


def forget_refusals(uow: UnitOfWork, now: int) -> int:
    """Deletes refused signatures past their time. Returns how many."""
    return uow.failed_signatures.forget(now - REFUSALS_KEPT_MS)


def forget_of_people(uow: UnitOfWork, now: int) -> None:
    """Deletes sessions that have ended, links, ceremonies and invitations that ran out, counts of tries, mails that
    could not be sent for days, notices of a year ago, and drafts and selected works that nobody went on with."""
    uow.sessions.forget(now, now - IDLE_MS)
    uow.single_use.forget(now)
    uow.platform_members.forget_invitations(now)
    uow.attempts.forget(now - DAY_MS)
    uow.mails.forget(now - UNSENT_KEPT_MS)
    uow.drafts.forget(now)
    uow.choices.forget(now - CHOICES_KEPT_MS)
    uow.sayings.forget(now - SAYINGS_KEPT_MS, AT_ONCE)
    uow.notices.forget(now - NOTICES_KEPT_MS)


def forget_asks(uow: UnitOfWork, now: int, kept: int) -> bool:
    """Deletes what platforms asked within the oldest hour past its time (`kept`, ms), and counts of that age. True:
    there may be more."""
    uow.lookup_counts.forget(now - kept)
    uow.platform_counts.forget(now - kept)
    return uow.asks.forget(now - kept, now) is not None
