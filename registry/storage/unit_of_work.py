"""One transaction with every repository in it: what a service is handed."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from registry.storage.asks import Asks
from registry.storage.engine import reading, writing
from registry.storage.jobs import Jobs
from registry.storage.journal import Journal
from registry.storage.key_table import KeyTable
from registry.storage.log_store import LogStore
from registry.storage.lookup_counts import LookupCounts
from registry.storage.platform_keys import PlatformKeys
from registry.storage.prebuilt import sent_together
from registry.storage.projection import Projection
from registry.storage.proofs import Proofs
from registry.storage.query_keys import QueryKeys
from registry.storage.replies import Replies
from registry.storage.statuses import Statuses
from registry.storage.tokens import Tokens
from registry.storage.webhooks import Webhooks


class UnitOfWork:
    """The repositories over one connection in one transaction. Commits where its `with` ends well."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.log = LogStore(connection)
        self.projection = Projection(connection)
        self.keys = KeyTable(connection)
        self.platform_keys = PlatformKeys(connection)
        self.query_keys = QueryKeys(connection)
        self.tokens = Tokens(connection)
        self.replies = Replies(connection)
        self.journal = Journal(connection)
        self.statuses = Statuses(connection)
        self.jobs = Jobs(connection)
        self.proofs = Proofs(connection)
        self.webhooks = Webhooks(connection)
        self.asks = Asks(connection)
        self.lookup_counts = LookupCounts(connection)

    def together(self) -> AbstractContextManager[Any]:
        """What is written within is sent in one go, where the database can (`prebuilt.sent_together`)."""
        return sent_together(self.connection)

    def flush(self) -> None:
        """Writes what the repositories have gathered since the last time."""
        self.projection.flush()
        self.journal.flush()
        self.statuses.flush()


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[UnitOfWork]:
    """A write transaction, alone among writers. Raises: Unavailable."""
    with writing(engine) as connection:
        uow = UnitOfWork(connection)
        yield uow
        uow.flush()


@contextmanager
def view(engine: Engine) -> Iterator[UnitOfWork]:
    """A read transaction: one moment of the store. Raises: Unavailable."""
    with reading(engine) as connection:
        yield UnitOfWork(connection)
