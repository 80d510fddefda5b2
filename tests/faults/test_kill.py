"""The server killed with signal 9, three times on each store, while artists write: nothing that was
acknowledged is lost."""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from registry.bootstrap import Registry, open_registry
from registry.domain.vocabulary import Role, WorkKind
from registry.services.fsck import fsck
from registry.services.open_account import issue_token, register_rightsholder
from registry.services.register_work import NewWork, register_work
from registry.settings import Settings
from registry.signing.keys import KeyPurpose
from registry.signing.note import verify_note, vkey
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.tiles import root_hash
from tests.faults.processes import PATIENCE_SECONDS, ROUNDS, wait_until
from tests.outside import free_port
from tests.registries import STEWARD

KILLS = {"sqlite": 3 * ROUNDS, "postgresql": 3 * ROUNDS}
WRITERS = 3


@dataclass
class Acknowledged:
    """What writers were told, by idempotency key, and what they were not told about."""

    replies: dict[str, bytes] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)


def environment(folder: Path, database_url: str, port: int) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")},
        "REGISTRY_VAR": str(folder / "var"),
        "REGISTRY_DATABASE_URL": database_url,
        "REGISTRY_PORT": str(port),
        "PORT": str(port),
        "NO_COLOR": "1",
    }


def start(environ: dict[str, str], url: str, log: Path) -> subprocess.Popen[bytes]:
    """A server in a process group of its own, once it answers."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.cli", "serve", "--migrate", "--no-worker"],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    until = time.monotonic() + PATIENCE_SECONDS
    with httpx2.Client(trust_env=False, timeout=10) as http:
        while time.monotonic() < until:
            try:
                if http.get(f"{url}/readyz").status_code == 200:
                    return process
            except httpx2.HTTPError:
                pass
            assert process.poll() is None, log.read_text()
            time.sleep(0.02)
    kill(process)
    raise AssertionError(log.read_text())


def kill(process: subprocess.Popen[bytes]) -> None:
    """Signal 9 to every process of the server at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def write(
    url: str,
    token: str,
    works: Iterator[tuple[str, str]],
    told: Acknowledged,
    stop: threading.Event,
) -> None:
    """Declares, one after the other, until the server is gone."""
    with httpx2.Client(trust_env=False, timeout=10) as http:
        while not stop.is_set():
            key, work = next(works)
            told.open.add(key)
            try:
                reply = http.post(
                    f"{url}/v1/declarations",
                    json={"subject": {"work": work}, "preset": "no-ai"},
                    headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
                )
            except httpx2.HTTPError:
                return
            assert reply.status_code == 201, reply.text
            told.replies[key] = reply.content
            told.open.discard(key)


def settle(url: str, token: str, works: dict[str, str], told: Acknowledged) -> None:
    """Asks again for what was left open, with the same keys, and for one that was acknowledged."""
    with httpx2.Client(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        again = [*sorted(told.open), *list(told.replies)[-1:]]
        for key in again:
            reply = http.post(
                f"{url}/v1/declarations",
                json={"subject": {"work": works[key]}, "preset": "no-ai"},
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
            )
            assert reply.status_code == 201, reply.text
            if key in told.replies:
                assert reply.content == told.replies[key], "a retry gets the same bytes"
            told.replies[key] = reply.content
            told.open.discard(key)


def prepared(settings: Settings) -> tuple[Registry, str, list[str]]:
    registry = open_registry(settings)
    registry.prepare()
    with registry.writing() as ledger:
        holder = register_rightsholder(ledger, "Ada", STEWARD)
        _, token = issue_token(ledger, holder, "writer", STEWARD)
        new = NewWork("A song", WorkKind.RECORDING, Role.RECORDING, ("isrc:GBAYE0601498",), "mine")
        works = [register_work(ledger, holder, new, STEWARD).id for _ in range(10)]
    return registry, token, works


@pytest.mark.faults
def test_kills_lose_nothing_that_was_acknowledged(tmp_path: Path, database_url: str) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = environment(tmp_path, database_url, port)
    settings = Settings.from_environ(
        {k: v for k, v in environ.items() if k.startswith("REGISTRY_")}
    )
    registry, token, works = prepared(settings)
    keys: dict[str, str] = {}
    counter = itertools.count()

    def numbered() -> Iterator[tuple[str, str]]:
        while True:
            number = next(counter)
            keys[f"k{number}"] = works[number % len(works)]
            yield f"k{number}", works[number % len(works)]

    told = Acknowledged()
    chance = random.Random(20261122)
    kills = KILLS[database_url.partition(":")[0].partition("+")[0]]
    for _ in range(kills):
        server = start(environ, url, tmp_path / "server.log")
        try:
            settle(url, token, keys, told)
            stop = threading.Event()
            writers = [
                threading.Thread(target=write, args=(url, token, numbered(), told, stop))
                for _ in range(WRITERS)
            ]
            before = len(keys)
            for writer in writers:
                writer.start()
            wait_until(lambda: len(keys) >= before + WRITERS, "all have begun to write")  # noqa: B023
            time.sleep(chance.uniform(0.0, 0.2))
        finally:
            kill(server)
        stop.set()
        for writer in writers:
            writer.join()
    server = start(environ, url, tmp_path / "server.log")
    settle(url, token, keys, told)
    kill(server)
    assert len(told.replies) > kills, "the writers got something done"
    check(registry, told)
    registry.close()


def check(registry: Registry, told: Acknowledged) -> None:
    """Every acknowledged record is where its receipt says; each key counted once; the store is whole."""
    place, signers = registry.place, registry.signers()
    log_key = vkey(place.origin, signers[KeyPurpose.LOG].public.raw)
    with registry.reading() as uow:
        report = fsck(uow, signers, place, registry.head_file.read())
        assert report.wrong is None
        assert report.records == len(told.replies)
        for content in told.replies.values():
            reply: dict[str, Any] = httpx2.Response(201, content=content).json()
            stored = uow.log.event(reply["record"]["id"])
            assert stored is not None
            assert stored.body == reply["record"]["jws"].encode()
            assert stored.seq == reply["receipt"]["index"]
            note = verify_note(reply["receipt"]["checkpoint"], [log_key])
            checkpoint = Checkpoint.parse(note.text)
            assert root_hash(checkpoint.size, uow.log) == checkpoint.root
