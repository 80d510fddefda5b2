"""Kind `erase`: people who asked to be erased, and whose time has come.

One rightsholder a transaction, the account last, and only where nobody is left for whom it acts alone: a run that was
killed, or came too early for somebody, is gone on with by the next.
"""

from contextlib import suppress
from functools import partial

from registry.bootstrap import Registry
from registry.errors import Conflict
from registry.services.actor import Actor
from registry.services.erase import erase
from registry.services.leave_erased import acts_alone, acts_alone_for, go_erased
from registry.storage.erasures import AskedErasure
from registry.storage.jobs import Job
from registry.storage.overwriting import empty_write_ahead
from registry.storage.unit_of_work import UnitOfWork


def erase_due(registry: Registry, _job: Job) -> None:
    """Erases those who are due. Raises: Unavailable, LogRefuses, VerificationFailed; what is done stays done."""
    with registry.reading() as uow:
        due = uow.erasures.due(registry.clock())
    for asked in due:
        _erase(registry, asked)
    if due:
        empty_write_ahead(registry.engine)


def _erase(registry: Registry, asked: AskedErasure) -> None:
    by = Actor(asked.account, "account")
    with registry.reading() as uow:
        account = uow.accounts.find(asked.account)
        alone = [] if account is None else acts_alone_for(uow, account)
    for id in alone:
        check = partial(_check_still_wanted, asked=asked, rightsholder=id)
        with suppress(Conflict):
            erase(registry.writing, registry.import_files, id, by, titles=asked.titles, check=check)
    with registry.bookkeeping() as uow:
        if account is None or uow.erasures.of(asked.account) != asked:
            return
        if not acts_alone_for(uow, account):  # else they came to act for somebody meanwhile
            go_erased(uow, account, registry.clock())


def _check_still_wanted(uow: UnitOfWork, asked: AskedErasure, rightsholder: str) -> None:
    """Raises: Conflict where it was called off just now, or somebody else has come to act for them since it
    was looked at."""
    if uow.erasures.of(asked.account) != asked:
        raise Conflict("it was called off")
    if not acts_alone(uow, asked.account, rightsholder):
        raise Conflict("somebody else acts for this rightsholder now")
