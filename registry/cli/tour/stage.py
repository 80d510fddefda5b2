"""The tour's stage: a scratch folder, a registry in it, and a real server process on a free port.

The operator's and stewards' acts go through the services, as at the command line; artists and
platforms speak HTTP with the server. Nothing of the reader's own registry is touched.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from registry.bootstrap import Registry, open_registry
from registry.cli.server import END_SECONDS, ROOT
from registry.client.ask import Asked, Asker, Asset, Verified, fetch_keys, refusal
from registry.errors import Unavailable
from registry.services.actor import Actor
from registry.settings import Settings
from registry.signing.keys import FileSigner

LOOSENING_SECONDS = 2
PATIENCE_SECONDS = 60.0
STEWARD = Actor("the tour's steward", "steward")
HOST = "127.0.0.1"


@dataclass(slots=True)
class Stage:
    """What the scenes act on. `asked` counts the questions that were answered."""

    folder: Path
    registry: Registry
    server: "subprocess.Popen[bytes]"
    client: httpx2.Client
    asker: Asker | None = None
    asked: int = 0

    @property
    def url(self) -> str:
        return self.registry.settings.public_url

    def enter_platform(self, signer: FileSigner) -> None:
        """From now on questions are signed with this platform's key."""
        keys = fetch_keys(self.url, self.client)
        self.asker = Asker(self.url, signer, signer.kid, keys, seconds, time.sleep)

    def ask(self, items: list[Asset], usage: str, as_of: str | None = None) -> Verified:
        """A signed question, and the answer after its signature held."""
        assert self.asker is not None
        verified = self.asker.ask(Asked(usage, items, as_of=as_of, run="tour"), self.client)
        self.asked += len(items)
        return verified

    def ask_one(self, *identifiers: str, usage: str, as_of: str | None = None) -> dict[str, Any]:
        """The one result about one asset."""
        result: dict[str, Any] = self.ask([Asset(identifiers)], usage, as_of).answer["results"][0]
        return result

    def get(self, path: str, accept: str = "application/json") -> bytes:
        """What anybody can read. Raises: the registry's refusal."""
        response = self.client.get(self.url + path, headers={"accept": accept})
        if response.status_code != 200:
            raise refusal(response)
        return response.content

    def post(self, path: str, members: dict[str, Any], token: str) -> dict[str, Any]:
        """What an artist's program does with a personal token. Raises: the registry's refusal."""
        response = self.client.post(
            self.url + path, json=members, headers={"authorization": f"Bearer {token}"}
        )
        if response.status_code not in (200, 201):
            raise refusal(response)
        reply: dict[str, Any] = json.loads(response.content)
        return reply

    def wait_until(self, at: int) -> None:
        """Until a moment (ms) has passed by the registry's clock."""
        time.sleep(max(0, at + 20 - self.registry.clock()) / 1000)

    def stop_server(self) -> None:
        """Ends the server process, by its id; kindly, then surely, and its workers with it."""
        if self.server.poll() is not None:
            return
        self.client.close()  # an idle connection would keep a worker waiting
        self.server.terminate()
        try:
            self.server.wait(2 * END_SECONDS)
        except subprocess.TimeoutExpired:
            # The server leads a process group of its own, so this reaches its workers and nobody else.
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait(END_SECONDS)


def seconds() -> int:
    """Seconds since 1970."""
    return int(time.time())


@contextmanager
def set_up(folder: Path) -> Iterator[Stage]:
    """The stage, with its server up; taken down at the end, whatever happened.

    Raises: Unavailable where the server does not come up.
    """
    port = free_port()
    environment = {
        "REGISTRY_VAR": str(folder / "registry"),
        "REGISTRY_HOST": HOST,
        "REGISTRY_PORT": str(port),
        "REGISTRY_LOOSENING_DELAY_SECONDS": str(LOOSENING_SECONDS),
    }
    registry = open_registry(Settings.from_environ(environment))
    client = httpx2.Client(timeout=PATIENCE_SECONDS, trust_env=False)
    stage = None
    try:
        registry.prepare()
        stage = Stage(folder, registry, _start(folder, port, environment), client)
        _wait_until_ready(stage)
        yield stage
    finally:
        if stage is not None:
            stage.stop_server()
        client.close()
        registry.close()


def free_port() -> int:
    """A loopback port that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _start(folder: Path, port: int, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST]
    command += [
        "--port",
        str(port),
        "--no-ws",
        "--blocking-threads",
        str(Settings.from_environ(environment).threads),
        "--log-level",
        "warning",
        "wsgi:app",
    ]
    # Nothing of the reader's environment: the tour must not reach the reader's own registry.
    given = {**environment, "PATH": os.defpath, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_until_ready(stage: Stage) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and stage.server.poll() is None:
        try:
            if stage.client.get(f"{stage.url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    words = (stage.folder / "server.log").read_text(errors="replace").strip()
    raise Unavailable(f"the tour's server did not come up: {words[-300:] or 'it said nothing'}")
