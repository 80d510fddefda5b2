"""A real `registry run` (or `serve`) on a free port, ended by its process id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from click.testing import CliRunner, Result

from registry.cli.main import main
from tests.outside import free_port

PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Served:
    """A served registry: its folder, its address, what it printed, and the environment of both."""

    folder: Path
    url: str
    printed: Path
    env: dict[str, str]
    process: "subprocess.Popen[bytes]"

    def command(self, *words: str) -> Result:
        """Another `registry` command with the same settings, in this process."""
        return CliRunner().invoke(main, list(words), env=self.env)

    def interrupt(self) -> int:
        """What Ctrl-C does: the signal goes to server and workers alike. Returns the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def served(folder: Path, words: tuple[str, ...] = ("run",), **settings: str) -> Iterator[Served]:
    port = free_port()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")},
        "REGISTRY_VAR": str(folder / "var"),
        "REGISTRY_PORT": str(port),
        **settings,
    }
    env.pop("PORT", None)
    printed = folder / "printed"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.cli", *words],
            env=env,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, printed)
        yield Served(folder / "var", url, printed, env, process)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(PATIENCE_SECONDS)


def _wait(url: str, process: "subprocess.Popen[bytes]", printed: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with httpx2.Client(trust_env=False, timeout=PATIENCE_SECONDS) as client:
        while time.monotonic() < until:
            assert process.poll() is None, printed.read_text()
            try:
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
    raise AssertionError(f"not ready: {printed.read_text()}")
