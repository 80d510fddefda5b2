"""One transaction with every repository in it: what a service is handed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from registry.instants import Clock, system_clock
from registry.storage import key_table, log_store
from registry.storage.accounts import Accounts
from registry.storage.acts import Acts
from registry.storage.asks import Asks
from registry.storage.attempts import Attempts
from registry.storage.audit_exports import AuditExports
from registry.storage.audit_grants import AuditGrants
from registry.storage.censuses import Censuses
from registry.storage.choices import Choices
from registry.storage.cosignatures import Cosignatures
from registry.storage.directory_keys import DirectoryKeys
from registry.storage.drafts import Drafts
from registry.storage.engine import reading, writing
from registry.storage.erasures import Erasures
from registry.storage.failed_signatures import FailedSignatures
from registry.storage.imports import Imports
from registry.storage.jobs import Jobs
from registry.storage.journal import Caller, Journal, Note, nobody_else
from registry.storage.key_table import KeyTable
from registry.storage.listings import Listings
from registry.storage.log_store import LogStore
from registry.storage.lookup_counts import LookupCounts
from registry.storage.mails import Mails
from registry.storage.members import Members
from registry.storage.notices import Notices
from registry.storage.passkeys import Passkeys
from registry.storage.personal_data import PersonalData
from registry.storage.platform_counts import PlatformCounts
from registry.storage.platform_keys import PlatformKeys
from registry.storage.platform_members import PlatformMembers
from registry.storage.platform_profiles import PlatformProfiles
from registry.storage.prebuilt import Prebuilt, sent_together
from registry.storage.projection import Projection
from registry.storage.proofs import Proofs
from registry.storage.proposals import Proposals
from registry.storage.query_keys import QueryKeys
from registry.storage.replies import Replies
from registry.storage.sandbox_keys import SandboxKeys
from registry.storage.sayings import Sayings
from registry.storage.sessions import Sessions
from registry.storage.single_use import SingleUse
from registry.storage.statuses import Statuses
from registry.storage.tokens import Tokens
from registry.storage.told_works import ToldWorks
from registry.storage.webhooks import Webhooks

R = TypeVar("R")


LEDGER_READS = (*log_store.READ_FIRST, *key_table.READ_FIRST)
"""What a transaction reads first in which something is added to the log."""


class _Made(Generic[R]):
    """A repository that is made when a transaction first asks for it: most transactions want few of them."""

    def __init__(self, make: Callable[[Connection], R]) -> None:
        self._make = make

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, uow: "UnitOfWork", _owner: type) -> R:
        made = self._of(uow)
        uow.__dict__[self._name] = made  # found there the next time, before this
        return made

    def _of(self, uow: "UnitOfWork") -> R:
        return self._make(uow.connection)


class _Noting(_Made[R]):
    """One that notes in the journal what it keeps."""

    def __init__(self, make: Callable[[Connection, Note], R]) -> None:
        self._make_noting = make

    def _of(self, uow: "UnitOfWork") -> R:
        return self._make_noting(uow.connection, uow.journal.note)


class UnitOfWork:
    """The repositories over one connection in one transaction. Commits where its `with` ends well."""

    keys = _Made(KeyTable)
    platform_keys = _Made(PlatformKeys)
    query_keys = _Made(QueryKeys)
    tokens = _Made(Tokens)
    replies = _Made(Replies)
    acts = _Made(Acts)
    proposals = _Noting(Proposals)
    audit_exports = _Noting(AuditExports)
    audit_grants = _Noting(AuditGrants)
    jobs = _Made(Jobs)
    imports = _Made(Imports)
    proofs = _Made(Proofs)
    webhooks = _Noting(Webhooks)
    asks = _Made(Asks)
    cosignatures = _Made(Cosignatures)
    lookup_counts = _Made(LookupCounts)
    told_works = _Made(ToldWorks)
    censuses = _Made(Censuses)
    platform_counts = _Made(PlatformCounts)
    platform_profiles = _Noting(PlatformProfiles)
    platform_members = _Noting(PlatformMembers)
    directory_keys = _Made(DirectoryKeys)
    sandbox_keys = _Made(SandboxKeys)
    failed_signatures = _Made(FailedSignatures)
    accounts = _Noting(Accounts)
    sessions = _Noting(Sessions)
    single_use = _Noting(SingleUse)
    passkeys = _Noting(Passkeys)
    attempts = _Made(Attempts)
    mails = _Made(Mails)
    members = _Noting(Members)
    listings = _Noting(Listings)
    drafts = _Made(Drafts)
    sayings = _Made(Sayings)
    choices = _Made(Choices)
    erasures = _Made(Erasures)
    notices = _Made(Notices)
    personal_data = _Noting(PersonalData)

    def __init__(
        self,
        connection: Connection,
        caller: Callable[[], Caller] = nobody_else,
        clock: Clock = system_clock,
    ) -> None:
        self.connection = connection
        self.journal = Journal(connection, caller, clock)
        self.log = LogStore(connection)
        self.projection = Projection(connection)
        self.statuses = Statuses(connection)

    def together(self) -> AbstractContextManager[Any]:
        """What is written within is sent in one go, where the database can (`prebuilt.sent_together`)."""
        return sent_together(self.connection)

    def part(self) -> "UnitOfWork":
        """The same transaction for whoever writes next in it, with what was gathered so far. What is gathered there
        counts if the transaction goes on from there, and else is forgotten, but for dossiers: once an event is folded
        in there, only there can it go on."""
        part = object.__new__(UnitOfWork)
        part.connection = self.connection
        part.journal = _apart(self.journal)
        part.log = _apart(self.log)
        part.projection = _apart(self.projection)
        part.projection.waits = _apart(self.projection.waits)
        part.statuses = _apart(self.statuses)
        return part

    def flush(self) -> None:
        """Writes what the repositories have gathered since the last time."""
        self.projection.flush()
        self.journal.flush()
        self.statuses.flush()


def _apart(gathered: R) -> R:
    """Another one, which begins with the same and gathers by itself."""
    part = object.__new__(type(gathered))
    members = part.__dict__  # `copy` takes ten times as long
    for name, value in gathered.__dict__.items():
        members[name] = value.copy() if isinstance(value, (dict, list, set)) else value
    return part


@contextmanager
def unit_of_work(
    engine: Engine,
    caller: Callable[[], Caller] = nobody_else,
    clock: Clock = system_clock,
    ahead: Sequence[Prebuilt] = (),
) -> Iterator[UnitOfWork]:
    """A write transaction, alone among writers, for whoever `caller` says. `ahead`: see `engine.writing`.

    Raises: Unavailable.
    """
    with writing(engine, ahead) as connection:
        uow = UnitOfWork(connection, caller, clock)
        yield uow
        uow.flush()


@contextmanager
def view(engine: Engine) -> Iterator[UnitOfWork]:
    """A read transaction: one moment of the store. Raises: Unavailable."""
    with reading(engine) as connection:
        yield UnitOfWork(connection)
