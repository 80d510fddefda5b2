"""What `registry doctor` finds in the store: its engine, its schema, its log, its jobs."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from registry.errors import RegistryError
from registry.instants import DAY_MS, HOUR_MS, SECOND_MS, rfc3339
from registry.services.check_log import check_newest_checkpoint
from registry.services.finding import Finding, good, warning, wrong
from registry.services.ledger import CLOCK_STEP_MS, Place
from registry.services.signers import Signers
from registry.storage.engine import reading
from registry.storage.head_file import Head
from registry.storage.jobs import JobState
from registry.storage.log_store import LogStore
from registry.storage.migrate import knows, pending_migrations, revision_of
from registry.storage.projection import VERSION, version_of
from registry.storage.unit_of_work import UnitOfWork

STUCK_MS = HOUR_MS
"""A job that is due for longer than this is stuck: nobody runs it."""

_REMOTE_DISKS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs")
_DURABLE = {"fsync": "on", "full_page_writes": "on"}


def look_at_engine(engine: Engine, mounts: Path = Path("/proc/mounts")) -> Iterator[Finding]:
    """Reachable, of which kind, durable, how large. Raises: Unavailable."""
    with reading(engine) as connection:
        if engine.dialect.name == "postgresql":
            yield from _look_at_postgresql(connection)
        else:
            yield from _look_at_sqlite(connection, engine.url.database or "", mounts)


def _look_at_postgresql(connection: Connection) -> Iterator[Finding]:
    def setting(name: str) -> str:
        return str(connection.scalar(text("SELECT current_setting(:name)"), {"name": name}))

    size = connection.scalar(text("SELECT pg_database_size(current_database())"))
    yield good("store", f"PostgreSQL {setting('server_version')}, {_megabytes(int(size or 0))}")
    if connection.scalar(text("SELECT pg_is_in_recovery()")):
        yield wrong(
            "store", "this server is a replica", "name the primary: a replica takes no writes"
        )
    off = [name for name, right in _DURABLE.items() if setting(name) != right]
    if setting("synchronous_commit") == "off":
        off.append("synchronous_commit")
    if off:
        yield wrong(
            "durability",
            f"{', '.join(off)} off: what was acknowledged may be lost in a crash",
            "turn on in postgresql.conf, and reload the server",
        )
    else:
        yield good("durability", "fsync, full_page_writes and synchronous_commit are on")


def _look_at_sqlite(connection: Connection, path: str, mounts: Path) -> Iterator[Finding]:
    def pragma(name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    version = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
    size = sum(each.stat().st_size for each in (Path(path), Path(f"{path}-wal")) if each.exists())
    yield good("store", f"SQLite {version} at {path}, {_megabytes(size)}")
    mode, level = pragma("journal_mode"), pragma("synchronous")
    if (mode, level) == ("wal", 2):
        yield good("durability", "journal_mode=WAL, synchronous=FULL")
    else:
        yield wrong(
            "durability",
            f"journal_mode={mode}, synchronous={level}: the file system does not take WAL",
            "keep the store on a local disk",
        )
    kind = _kind_of_disk(Path(path).resolve(), mounts)
    if kind in _REMOTE_DISKS:
        yield wrong(
            "store",
            f"the file is on a network disk ({kind}), where SQLite's locks do not hold",
            "put it on a local disk, or move to PostgreSQL: registry move",
        )


def _kind_of_disk(path: Path, mounts: Path) -> str:
    """The file system that holds this path (Linux; elsewhere an empty string)."""
    try:
        lines = [line.split(" ") for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    holding = [(len(line[1]), line[2]) for line in lines if path.is_relative_to(Path(line[1]))]
    return max(holding, default=(0, ""))[1]


def look_at_schema(engine: Engine) -> Iterator[Finding]:
    """Migrations, and the form of the projection. Raises: Unavailable."""
    with reading(engine) as connection:
        revision = revision_of(connection)
    if revision is not None and not knows(revision):
        yield wrong(
            "schema",
            f"the store is at revision {revision}, which this version does not know",
            "run the version that wrote it, or a newer one",
        )
        return
    pending = pending_migrations(engine)
    if pending:
        yield wrong(
            "schema",
            f"{len(pending)} migrations are not applied ({', '.join(pending)})",
            "back up, then run: registry migrate",
        )
        return
    yield good("schema", f"revision {revision}, nothing to migrate")
    with reading(engine) as connection:
        form = version_of(connection)
        cards_are_whole = LogStore(connection).cards_are_whole()
    if form == VERSION and cards_are_whole:
        yield good("projection", f"form {form}, as this version folds it")
    elif form == VERSION:
        yield warning(
            "projection",
            "the version before has written since cards were made; look-ups are right, and slower",
            "once no process of that version runs: registry migrate",
        )
    else:
        yield wrong(
            "projection",
            f"form {form}, but this version folds form {VERSION}",
            "run: registry migrate (it makes the projection anew)",
        )


def look_at_log(
    uow: UnitOfWork, signers: Signers, place: Place, released: Head | None, now: int
) -> Iterator[Finding]:
    """The head, the newest checkpoint, the second place. Raises: VerificationFailed."""
    signed = uow.log.head()
    if signed is None:
        yield wrong("log", "the log has not begun", "run: registry migrate")
        return
    head = signed.head
    yield good("log", f"{place.origin}: {head.size} entries, signed {rfc3339(head.at)}")
    try:
        check_newest_checkpoint(uow, signers, place, None)
        yield good("checkpoint", "the newest holds: signature, and root from the stored tiles")
    except RegistryError as error:
        yield wrong("checkpoint", error.message, "stop, and run: registry fsck")
    yield _second_place(uow, signers, place, head, released)
    if now < head.at - CLOCK_STEP_MS:
        yield wrong(
            "clock",
            f"it says {rfc3339(now)}, long before the last checkpoint: the log refuses to sign",
            "set the clock by NTP, or wait until it has caught up",
        )
    elif now < head.at:
        yield warning(
            "clock",
            f"it says {rfc3339(now)}, {(head.at - now) // SECOND_MS + 1} s before the last checkpoint",
            "check the machine's NTP",
        )
    else:
        yield good("clock", f"{rfc3339(now)}, after the last checkpoint")


def _second_place(
    uow: UnitOfWork, signers: Signers, place: Place, head: Head, released: Head | None
) -> Finding:
    if released is None:
        return warning(
            "head file",
            "there is none: an older store put back would not be noticed",
            "compare the log with a checkpoint that others kept; the next write makes the file",
        )
    if released.size > head.size:
        return wrong(
            "head file",
            f"{released.size} entries were released, and the store has {head.size}: it is older than what "
            "others hold",
            'find a newer copy of the store; see docs/runbooks.md, "The log refuses to sign"',
        )
    try:
        check_newest_checkpoint(uow, signers, place, released)
    except RegistryError as error:
        return wrong("head file", error.message, "stop, and run: registry fsck")
    if released.size < head.size:
        return warning(
            "head file",
            f"it is {head.size - released.size} entries behind: a process ended between commit and release",
            "nothing: the next write or question mends it",
        )
    return good("head file", "in step with the store")


def look_at_jobs(uow: UnitOfWork, now: int) -> Iterator[Finding]:
    """Whether what waits is being run."""
    depth = uow.jobs.depth(now)
    failed, waiting = depth.by_state[JobState.FAILED], depth.by_state[JobState.WAITING]
    if depth.oldest_due is not None and now - depth.oldest_due > STUCK_MS:
        days, hours = divmod((now - depth.oldest_due) // HOUR_MS, DAY_MS // HOUR_MS)
        yield warning(
            "jobs",
            f"{waiting} wait, the oldest since {days} days and {hours} hours: nobody runs them",
            "run the worker: registry serve does, or registry worker",
        )
    else:
        yield good("jobs", f"{waiting} wait, none for long")
    if failed:
        yield warning("jobs", f"{failed} failed for good", "look at them: registry jobs list")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
