"""One transaction with every repository in it: what a service is handed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from registry.instants import Clock, system_clock
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
from registry.storage.journal import Caller, Journal, nobody_else
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
from registry.storage.prebuilt import sent_together
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
from registry.storage.webhooks import Webhooks


class UnitOfWork:
    """The repositories over one connection in one transaction. Commits where its `with` ends well."""

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
        self.keys = KeyTable(connection)
        self.platform_keys = PlatformKeys(connection)
        self.query_keys = QueryKeys(connection)
        self.tokens = Tokens(connection)
        self.replies = Replies(connection)
        self.acts = Acts(connection)
        self.proposals = Proposals(connection, self.journal.note)
        self.audit_exports = AuditExports(connection, self.journal.note)
        self.audit_grants = AuditGrants(connection, self.journal.note)
        self.statuses = Statuses(connection)
        self.jobs = Jobs(connection)
        self.imports = Imports(connection)
        self.proofs = Proofs(connection)
        self.webhooks = Webhooks(connection, self.journal.note)
        self.asks = Asks(connection)
        self.cosignatures = Cosignatures(connection)
        self.lookup_counts = LookupCounts(connection)
        self.censuses = Censuses(connection)
        self.platform_counts = PlatformCounts(connection)
        self.platform_profiles = PlatformProfiles(connection, self.journal.note)
        self.platform_members = PlatformMembers(connection, self.journal.note)
        self.directory_keys = DirectoryKeys(connection)
        self.sandbox_keys = SandboxKeys(connection)
        self.failed_signatures = FailedSignatures(connection)
        self.accounts = Accounts(connection, self.journal.note)
        self.sessions = Sessions(connection, self.journal.note)
        self.single_use = SingleUse(connection, self.journal.note)
        self.passkeys = Passkeys(connection, self.journal.note)
        self.attempts = Attempts(connection)
        self.mails = Mails(connection)
        self.members = Members(connection, self.journal.note)
        self.listings = Listings(connection, self.journal.note)
        self.drafts = Drafts(connection)
        self.sayings = Sayings(connection)
        self.choices = Choices(connection)
        self.erasures = Erasures(connection)
        self.notices = Notices(connection)
        self.personal_data = PersonalData(connection, self.journal.note)

    def together(self) -> AbstractContextManager[Any]:
        """What is written within is sent in one go, where the database can (`prebuilt.sent_together`)."""
        return sent_together(self.connection)

    def flush(self) -> None:
        """Writes what the repositories have gathered since the last time."""
        self.projection.flush()
        self.journal.flush()
        self.statuses.flush()


@contextmanager
def unit_of_work(
    engine: Engine, caller: Callable[[], Caller] = nobody_else, clock: Clock = system_clock
) -> Iterator[UnitOfWork]:
    """A write transaction, alone among writers, for whoever `caller` says. Raises: Unavailable."""
    with writing(engine) as connection:
        uow = UnitOfWork(connection, caller, clock)
        yield uow
        uow.flush()


@contextmanager
def view(engine: Engine) -> Iterator[UnitOfWork]:
    """A read transaction: one moment of the store. Raises: Unavailable."""
    with reading(engine) as connection:
        yield UnitOfWork(connection)
