"""A registry served by processes of its own, with a store of its own, all of which a test may kill by their ids."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import pytest
from click.testing import CliRunner, Result

from registry.bootstrap import Registry, open_registry
from registry.cli.main import main
from registry.settings import Settings
from tests import postgresql
from tests.outside import free_port

ROUNDS: Final = int(os.environ.get("FAULT_ROUNDS", "1"))
"""How often each fault is done to the registry; `make faults` asks for more than `make test`."""
PATIENCE_SECONDS: Final = 90
_NO_LIMIT: Final = {
    "REGISTRY_RATE_ANONYMOUS": "0",
    "REGISTRY_RATE_PLATFORM": "0",
    "REGISTRY_RATE_TOKEN": "0",
}


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> float:
    """Waits; returns after how many seconds it was so."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - begun


@dataclass
class Processes:
    """`registry serve` in a folder of its own: the parent, its server processes, and the background worker."""

    folder: Path
    database_url: str
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    parent: "subprocess.Popen[bytes] | None" = None
    opened: list[Registry] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "REGISTRY_VAR": str(self.folder / "var"),
            "REGISTRY_DATABASE_URL": self.database_url,
            "REGISTRY_PORT": str(self.port),
            "REGISTRY_PUBLIC_URL": self.url,
            "REGISTRY_LOOSENING_DELAY_SECONDS": "0",
            "REGISTRY_CLOCK_SKEW_SECONDS": "1",
            "REGISTRY_LOG_LEVEL": "warning",
            **_NO_LIMIT,
            **self.more,
        }

    @property
    def printed(self) -> Path:
        return self.folder / f"printed-{self.port}"

    def open(self) -> Registry:
        """The same registry, opened in this process until `stop`."""
        self.opened.append(open_registry(Settings.from_environ(self.settings)))
        return self.opened[-1]

    def command(self, *words: str) -> Result:
        """Another `registry` command with the same settings, in this process."""
        return CliRunner().invoke(main, list(words), env=self.settings)

    def start(self, *words: str, **environ: str) -> None:
        """Starts it; returns when it is ready."""
        kept = {name: v for name, v in os.environ.items() if not name.startswith("REGISTRY_")}
        kept.pop("PORT", None)
        command = [sys.executable, "-m", "registry.cli", "serve", "--migrate", *words]
        with self.printed.open("ab") as out:
            self.parent = subprocess.Popen(
                command,
                env={**kept, **self.settings, **environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.wait_until_it_says(200)

    def wait_until_it_says(self, status: int) -> float:
        """Until /readyz has this status; returns the seconds."""
        with httpx2.Client(trust_env=False, timeout=5) as http:

            def said() -> bool:
                assert self.parent is None or self.parent.poll() is None, self.printed.read_text()
                try:
                    return http.get(f"{self.url}/readyz").status_code == status
                except httpx2.TransportError:
                    return False

            return wait_until(said, f"/readyz says {status}; {self.printed.read_text()}")

    def server_processes(self) -> list[int]:
        """Those that answer requests."""
        return [pid for pid, words in self._children() if "spawn_main" in words]

    def background_worker(self) -> list[int]:
        return [pid for pid, words in self._children() if "registry.cli worker" in words]

    def kill_everything(self) -> None:
        """Signal 9 to all of it, the parent first, as a power cut or the kernel's OOM killer does."""
        if self.parent is None:
            return
        children = [pid for pid, _ in self._children()]
        self.parent.kill()
        for pid in children:
            kill(pid)
        self.parent.wait()
        self.parent = None

    def stop(self) -> None:
        """Ends it as systemd does; kills what does not end."""
        while self.opened:
            self.opened.pop().close()
        if self.parent is not None and self.parent.poll() is None:
            self.parent.terminate()
            try:
                self.parent.wait(30)
            except subprocess.TimeoutExpired:
                self.kill_everything()
        self.parent = None

    def _children(self) -> Iterator[tuple[int, str]]:
        assert self.parent is not None
        for task in Path(f"/proc/{self.parent.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                try:
                    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
                except (FileNotFoundError, ProcessLookupError):
                    continue
                yield int(pid), words.decode()


def kill(pid: int) -> None:
    """Signal 9 to a process, where it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def runs(pid: int) -> bool:
    """Is it there, and not just waiting for somebody to ask for its exit code?"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@contextmanager
def processes(folder: Path, database_url: str, **more: str) -> Iterator[Processes]:
    """A registry that nobody has started yet; ended with the block."""
    made = Processes(folder, database_url, more)
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def own_postgresql(
    disk_at: Callable[[Path], AbstractContextManager[Path]] = nullcontext,
) -> Iterator[postgresql.Server]:
    """A PostgreSQL that keeps what it commits, and that a test may kill. Skips where there is none.

    `disk_at`: puts a disk of its own at the place of its data.
    """
    binaries = postgresql.distribution_binaries() or postgresql.wheel_binaries()
    if binaries is None:
        pytest.skip(f"no PostgreSQL; to have it: {postgresql.HOW_TO_HAVE_IT}")
    lifeline = postgresql.Lifeline.hold(on_disk=True)
    try:
        server = postgresql.Server.make(lifeline.home, binaries)
        server.durable = True
        laid_out = server.data.rename(lifeline.home / "laid-out")
        with disk_at(server.data):
            # as whom the server runs: who owns what was laid out
            subprocess.run(["cp", "-a", "-T", laid_out, server.data], check=True)
            shutil.rmtree(laid_out)
            try:
                server.start()
                yield server
            finally:
                server.stop()
    finally:
        lifeline.let_go()


def database_of(server: postgresql.Server) -> str:
    """The URL of a new database in it."""
    return postgresql.create_database(server.url).render_as_string(hide_password=False)


def started_again(database: postgresql.Server) -> None:
    """Starts a PostgreSQL that ended; its children may hold its memory for a moment longer."""

    def started() -> bool:
        try:
            database.start()
        except postgresql.PostgreSQLMissingError as refused:
            if "shared memory" in str(refused) or "lock file" in str(refused):
                return False
            raise
        return True

    wait_until(started, "PostgreSQL starts again", seconds=60)
