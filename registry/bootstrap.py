"""Settings → a wired registry: what the web, the API and the command line share."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from registry.errors import ConfigurationError, LogRefuses, Unavailable
from registry.instants import SECOND_MS, SETTLED_MS, Clock, system_clock
from registry.services.keep_keys import adopt_rule_tables, log_first_events, make_first_keys
from registry.services.ledger import Ledger, Place, check_released
from registry.services.make_snapshot import SnapshotPress
from registry.services.pool import Pool
from registry.services.rebuild import renew_projection
from registry.services.sealed_secrets import SealedSecrets
from registry.services.signers import KeyFiles, Signers, open_signers
from registry.settings import Settings
from registry.signing.keyring import did_web
from registry.storage.ask_writer import AskWriter
from registry.storage.breached_list import BreachedList
from registry.storage.engine import open_engine, writing
from registry.storage.failure_writer import FailureWriter
from registry.storage.head_file import HeadFile
from registry.storage.head_watch import HeadWatch
from registry.storage.import_files import ImportFiles
from registry.storage.journal import Caller, nobody_else
from registry.storage.kept_figures import KeptFigures
from registry.storage.key_table import StoredKey
from registry.storage.log_store import SignedHead
from registry.storage.lookups import Lookups
from registry.storage.migrate import migrate
from registry.storage.nonces import NonceStore, open_nonces
from registry.storage.snapshots import SnapshotFiles
from registry.storage.unit_of_work import LEDGER_READS, UnitOfWork, unit_of_work, view
from registry.storage.whole_projection import whole_projection
from registry.storage.whole_store import is_empty

KEYS_FRESH_MS = 5_000
"""How long a process may sign with the keys it read; a rotation is known everywhere after that."""


@dataclass(slots=True)
class Registry:
    """One registry in one process. Cheap to make; connects when first used. `caller`: who is at the other end of a
    transaction that writes, for the journal."""

    settings: Settings
    clock: Clock
    engine: Engine
    head_file: HeadFile
    head_watch: HeadWatch
    key_files: KeyFiles
    lookups: Lookups
    nonces: NonceStore
    asks: AskWriter
    failures: FailureWriter
    caller: Callable[[], Caller] = nobody_else
    _place: Place | None = None
    _opened: tuple[list[StoredKey], Signers] | None = None
    _signers: Signers | None = None
    _signers_read_at: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self._pool = Pool(self._begin, self._release)

    @property
    def place(self) -> Place:
        """Where this registry stands, and under which name: the log's first checkpoint settles it for good.

        Moved to another port without a REGISTRY_PUBLIC_URL, it keeps its name.
        Raises: ConfigurationError for a public URL that contradicts the name.
        """
        if self._place is not None:
            return self._place
        try:
            with view(self.engine) as uow:
                head = uow.log.head()
        except Unavailable:
            head = None  # not prepared yet, or away: whoever goes on meets that error
        named = place_named(self.settings, None if head is None else head.note.partition("\n")[0])
        if head is not None:
            self._place = named
        return named

    def prepare(self) -> None:
        """First start and every upgrade: migrations, the projection's form, keys, the log's first events,
        the nonce store.

        Raises: Unavailable, ConfigurationError, LogRefuses.
        """
        self._refuse_to_begin_anew()
        if self.breached is not None:
            self.breached.check()
        migrate(self.engine)
        self.nonces.prepare(self.clock())
        with unit_of_work(self.engine, self.caller, self.clock) as uow:
            renew_projection(uow)
            made = make_first_keys(uow, self.key_files, self.clock())
            ledger = self._ledger(uow)
            log_first_events(ledger, made)
            if not made:
                adopt_rule_tables(ledger)
            ledger.signers.open_all()  # better now than at the first request
            sealed = ledger.seal()
        self._release(sealed)

    @contextmanager
    def writing(self, before: Callable[[UnitOfWork], None] | None = None) -> Iterator[Ledger]:
        """A transaction that may write to the log. Ends sealed, committed, and with its head released.

        `before` is done in it before the log's time is read: what takes long, and may, although nobody else writes
        meanwhile. Raises: Unavailable, LogRefuses, ConfigurationError.
        """
        with unit_of_work(self.engine, self.caller, self.clock, LEDGER_READS) as uow:
            if before is not None:
                before(uow)
            ledger = self._ledger(uow)
            yield ledger
            sealed = ledger.seal()
            ledger.give_receipts(ledger)
            self._check_in_time(ledger)
        self._release(sealed)

    def writing_together(self, key: str | None = None) -> AbstractContextManager[Ledger]:
        """The same for one declaration or withdrawal: those of several threads share a transaction (`services.pool`),
        and have their receipts by `Ledger.when_sealed`. `key`: two acts with the same one never share.

        Raises: Unavailable, LogRefuses, ConfigurationError.
        """
        return self._pool.writing(key)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A transaction that only reads. Raises: Unavailable."""
        with view(self.engine) as uow:
            yield uow

    @contextmanager
    def bookkeeping(self) -> Iterator[UnitOfWork]:
        """A transaction that writes to the registry's own books, not to the log. Raises: Unavailable."""
        with unit_of_work(self.engine, self.caller, self.clock) as uow:
            yield uow

    def released(self, head: SignedHead) -> SignedHead:
        """A checkpoint that may be shown: its head is in the second place first.

        Raises: LogRefuses where the store is behind what was released (a restored backup): it lacks what
        was acknowledged, so nothing may be answered from it.
        """
        newest = self.head_file.release(head.head)
        if newest.size > head.head.size:
            with self.reading() as uow:  # another process may just have written
                check_released(uow, uow.log.head(), newest)
        return head

    def signers(self) -> Signers:
        """The keys, read again every few seconds. Raises: ConfigurationError, Unavailable."""
        now = self.clock()
        signers = self._signers
        if signers is not None and 0 <= now - self._signers_read_at < KEYS_FRESH_MS:
            return signers
        with self._lock:
            with view(self.engine) as uow:
                signers = self._open_signers(uow, now)
            self._signers, self._signers_read_at = signers, now
        return signers

    @property
    def breached(self) -> BreachedList | None:
        """The operator's list of passwords that were breached, if there is one."""
        path = self.settings.breached_passwords
        return None if path is None else BreachedList(path)

    @property
    def secrets(self) -> SealedSecrets:
        """What seals and opens the secrets of people's authenticators."""
        return SealedSecrets(self.key_files.folder, self.key_files.passphrase)

    @property
    def snapshots(self) -> SnapshotFiles:
        """Where snapshots for offline screening lie."""
        return SnapshotFiles(self.settings.var / "snapshots")

    @property
    def import_files(self) -> ImportFiles:
        """Where catalogues lie that were sent to be imported."""
        return ImportFiles(self.settings.var / "imports")

    @property
    def audit_exports(self) -> Path:
        """The folder with exports that were made for auditors."""
        return self.settings.var / "audit"

    @property
    def kept_figures(self) -> KeptFigures:
        """What auditors are shown of rightsholders with many works."""
        return KeptFigures(self.settings.var / "audit-figures")

    def snapshot_press(self) -> SnapshotPress:
        """What it takes to make one."""
        return SnapshotPress(
            files=self.snapshots,
            projection=partial(whole_projection, self.engine),
            release=self.released,
            signers=self.signers,
            place=self.place,
            clock=self.clock,
            validity=self.settings.snapshot_validity,
        )

    def close(self) -> None:
        """Writes down what waits, and gives every connection back."""
        self.asks.close()
        self.failures.close()
        self.lookups.close()
        self.nonces.close()
        self.engine.dispose()

    def _refuse_to_begin_anew(self) -> None:
        """An empty database beside a head file is not a first start; what is made in it would be in the way.

        Raises: LogRefuses, Unavailable.
        """
        released = self.head_file.read()
        if released is not None and is_empty(self.engine):
            raise LogRefuses(
                f"this database is empty, but a log of {released.size} entries was released: a restore or a move "
                "that was interrupted leaves it so, and is to be run again; else REGISTRY_DATABASE_URL names "
                "another database than before (to begin a registry of its own: another REGISTRY_VAR)"
            )

    @contextmanager
    def _begin(self) -> Iterator[Ledger]:
        with writing(self.engine, LEDGER_READS) as connection:
            ledger = self._ledger(UnitOfWork(connection, self.caller, self.clock))
            yield ledger
            self._check_in_time(ledger)

    def _check_in_time(self, ledger: Ledger) -> None:
        """Raises: Unavailable for a transaction that took too long."""
        if self.clock() - ledger.now > SETTLED_MS:
            raise Unavailable(
                f"the write took longer than {SETTLED_MS // SECOND_MS} s, and the past is settled by then; "
                "nothing was acknowledged, do less at once"
            )

    def _ledger(self, uow: UnitOfWork) -> Ledger:
        now = self.clock()
        return Ledger(
            uow,
            self._open_signers(uow, now),
            self.place,
            clock_now=now,
            released=self.head_file.read(),
        )

    def _open_signers(self, uow: UnitOfWork, now: int) -> Signers:
        """The keys in use by the log's time, which a clock set back a little does not turn back.

        Files are opened again only when the key table has changed, or a key's time is over.
        """
        head = uow.log.head()
        log_time = max(now, head.head.at if head else now)
        stored = uow.keys.all()
        opened = self._opened
        if opened is None or opened[0] != stored or not opened[1].all_sign_at(log_time):
            opened = self._opened = (stored, open_signers(stored, self.key_files, log_time))
        return opened[1]

    def _release(self, sealed: SignedHead | None) -> None:
        if sealed is not None:
            self.head_file.release(sealed.head)


def open_registry(settings: Settings, clock: Clock = system_clock) -> Registry:
    """Wires a registry; touches nothing yet."""
    settings.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(settings.database_url)
    return Registry(
        settings=settings,
        clock=clock,
        engine=engine,
        head_file=HeadFile(settings.head_file),
        head_watch=HeadWatch(settings.head_file),
        key_files=KeyFiles(settings.keys, settings.key_passphrase),
        lookups=Lookups(engine),
        nonces=open_nonces(settings.nonce_database_url),
        asks=AskWriter(engine, enabled=bool(settings.asks_kept)),
        failures=FailureWriter(engine),
    )


def place_named(settings: Settings, origin: str | None) -> Place:
    """The place that the settings say, under the name that the log has, if it has one.

    Raises: ConfigurationError for a public URL that contradicts the name.
    """
    if origin is not None and origin != settings.origin and settings.public_url_is_given:
        raise ConfigurationError(
            f"this log is named {origin}, and keeps that name; REGISTRY_PUBLIC_URL and REGISTRY_LOG_NAME "
            f"say {settings.origin}. Set them back, or begin a registry of its own with another REGISTRY_VAR",
            field="REGISTRY_PUBLIC_URL",
        )
    origin = origin or settings.origin
    return Place(
        public_url=settings.public_url,
        issuer=did_web(f"https://{origin.rpartition('/')[0]}"),
        origin=origin,
        loosening_delay=settings.loosening_delay,
    )
