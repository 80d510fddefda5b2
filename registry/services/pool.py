"""Several writers of one process in one transaction, under one checkpoint and one durable commit, each with a ledger
and an answer of their own.

Nobody waits for company: whoever comes while others write goes with them, or with the next (docs/adr/0004; the pool of
FiloSottile/sunlight, `internal/ctlog`). Guarantee: they write one after the other, each seeing what those before them
appended; who fails before they appended anything fails alone, as long as the transaction stands; whatever fails later
fails for all, and nothing of it is kept; nobody goes on before the commit, and the release of its head, are done, nor
hears a refusal that may rest on what was not kept.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final

import msgspec

from registry.errors import LogRefuses, RegistryError, Unavailable
from registry.services.ledger import Ledger
from registry.storage.engine import as_ours, stands
from registry.storage.log_store import SignedHead

MOST_TOGETHER: Final = 32
LONGEST_SECONDS: Final = 0.02
"""After so long nobody else comes in, so that the first is answered soon."""
MOST_WAITING: Final = 256
PATIENCE_SECONDS: Final = 15.0
"""How long a writer waits for its turn before it says so."""


class _Writer(msgspec.Struct, eq=False):
    """Who waits. `group`: into which they were let; None: they begin one."""

    key: str | None
    turn: threading.Event
    group: "_Group | None" = None


class _Group:
    """One transaction and the ledgers of those who wrote in it. Its writers touch it one after the other."""

    def __init__(self, transaction: ExitStack, last: Ledger) -> None:
        self.transaction = transaction
        self.last = last
        self.ledgers: list[Ledger] = []
        self.keys: set[str | None] = set()
        self.until = time.monotonic() + LONGEST_SECONDS
        self.closed = False
        self.done = threading.Event()
        self.error: BaseException | None = None
        self.committed = False

    def admits(self, writer: _Writer) -> bool:
        """May this one write here, too? Not two with one key: the second has to find what the first is answered."""
        return (
            not self.closed
            and (writer.key is None or writer.key not in self.keys)
            and len(self.ledgers) < MOST_TOGETHER
            and not self.last.is_sealed
            and time.monotonic() < self.until
        )

    def roll_back(self, error: BaseException) -> None:
        """Ends the transaction without any of it."""
        self.error = error
        try:
            self.transaction.__exit__(type(error), error, error.__traceback__)
        except BaseException as as_it_left:  # the same, or what the storage room makes of it
            self.error = as_it_left

    def outcome(self, *, wrote: bool = True) -> None:
        """Waits until it is known. `wrote`: does one of those ask who wrote?

        Raises: Unavailable, LogRefuses, or, to the only one who wrote, whatever befell them.
        """
        if not self.done.wait(2 * PATIENCE_SECONDS):
            raise Unavailable(
                "it is not known yet whether this was written; ask again, with the same Idempotency-Key if you sent one"
            )
        if self.error is None:
            return
        if isinstance(self.error, LogRefuses):
            raise LogRefuses(self.error.message) from self.error
        if self.committed:
            raise _perhaps_written() from self.error
        if wrote and len(self.ledgers) == 1:
            raise self.error
        raise _lost_together() from self.error

    def once_known(self, refusal: RegistryError) -> RegistryError:
        """What they are told who were refused after others wrote here: it may be for what those wrote (withdrawn
        already), and so it is true only if that is kept."""
        try:
            self.outcome(wrote=False)
        except (LogRefuses, Unavailable) as lost:
            return lost
        return refusal


class Pool:
    """The line of writers of one process. One instance a registry."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Ledger]],
        release: Callable[[SignedHead | None], None],
    ) -> None:
        """`begin` opens a transaction with its ledger, commits where the block ends well, and flushes nothing;
        `release` brings the head to its second place. Both raise Unavailable or LogRefuses."""
        self._begin = begin
        self._release = release
        self._lock = threading.Lock()
        self._at_work = False
        self._waiting: deque[_Writer] = deque()

    @contextmanager
    def writing(self, key: str | None) -> Iterator[Ledger]:
        """A ledger to write with; what follows the block is durable, or it raises. Until it appends, the block only
        reads. `key`: two writers with the same one are never in one transaction.

        Raises: Unavailable, LogRefuses, ConfigurationError.
        """
        group = self._let_in(_Writer(key, threading.Event())) or self._begun()
        ledger = None
        try:
            ledger = group.last.for_the_next()
            group.keys.add(key)
            yield ledger
            ledger.tell()
            group.ledgers.append(ledger)
            group.last = ledger
        except BaseException as error:
            as_it_leaves = self._failed(group, ledger, error)
            if as_it_leaves is error:
                raise
            raise as_it_leaves from error
        self._go_on(group)
        group.outcome()

    def _let_in(self, writer: _Writer) -> _Group | None:
        """Waits for this writer's turn. Returns the group it writes in; None: it has to begin one."""
        with self._lock:
            if not self._at_work:
                self._at_work = True
                return None
            if len(self._waiting) >= MOST_WAITING:
                raise _too_many()
            self._waiting.append(writer)
        try:
            in_time = writer.turn.wait(PATIENCE_SECONDS)
        except BaseException:  # no memory, an interrupt: the line does not end with them
            if not self._leaves_the_line(writer):
                self._pass_on(writer)
            raise
        if not in_time and self._leaves_the_line(writer):
            raise _too_many()
        return writer.group

    def _leaves_the_line(self, writer: _Writer) -> bool:
        """False: they are not in it any more; their turn came in this very moment."""
        with self._lock:
            if writer not in self._waiting:
                return False
            self._waiting.remove(writer)
            return True

    def _pass_on(self, writer: _Writer) -> None:
        """Gives the turn of one who cannot take it to whoever follows."""
        if writer.group is None:
            self._next_begins()
        else:
            self._go_on(writer.group)

    def _begun(self) -> _Group:
        transaction = ExitStack()
        try:
            return _Group(transaction, transaction.enter_context(self._begin()))
        except BaseException:
            self._next_begins()
            raise

    def _failed(self, group: _Group, ledger: Ledger | None, error: BaseException) -> BaseException:
        """Who appended nothing leaves no trace, and the others go on, as long as the transaction stands; else all is
        lost. Returns the error in words of ours, once what it may rest on is known to be kept or lost."""
        others_wrote = bool(group.ledgers)
        connection = group.last.uow.connection
        leaves = error
        if stands(connection) and (ledger is None or not ledger.has_appended):
            leaves = as_ours(error, connection.engine)
            if leaves is not error:  # the store's: nobody else is drawn into it
                group.closed = True
            self._go_on(group)
        else:
            group.roll_back(error)
            leaves, group.error = group.error or error, _lost_together()
            self._next_begins()
            group.done.set()
        if others_wrote and isinstance(error, RegistryError):
            return group.once_known(error)
        return leaves

    def _go_on(self, group: _Group) -> None:
        """The next writer goes on in this group, or the group ends."""
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            if following is not None and group.admits(following):
                self._waiting.popleft()
                following.group = group
                following.turn.set()
                return
        self._end(group)

    def _end(self, group: _Group) -> None:
        """One checkpoint, everybody's receipt, one commit; then the next may begin, and the head is released."""
        last, sealed = group.last, None
        try:
            if not stands(last.uow.connection):
                raise _lost_together()
            sealed = last.seal(group.ledgers)
            last.uow.flush()
            for each in group.ledgers:  # of those who had nothing to seal
                each.give_receipts(last)
            group.transaction.close()
            group.committed = True
        except BaseException as error:
            group.roll_back(error)
        self._next_begins()
        try:
            if group.committed:
                self._release(sealed)
        except BaseException as error:
            group.error = error
        group.done.set()

    def _next_begins(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().turn.set()
            else:
                self._at_work = False


def _too_many() -> Unavailable:
    return Unavailable("too many are writing at this moment; nothing was acknowledged, ask again")


def _lost_together() -> Unavailable:
    return Unavailable(
        "what was written together with this could not be made durable; nothing was acknowledged, ask again"
    )


def _perhaps_written() -> Unavailable:
    return Unavailable(
        "the log's head cannot be kept or read in its second place; this may be written, but nothing was acknowledged: "
        "ask again, with the same Idempotency-Key if you sent one"
    )
