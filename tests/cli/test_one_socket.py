"""One socket for all server processes: one that dies loses nobody who waits, and another takes its place."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from registry.bootstrap import open_registry
from registry.services.register_platform import add_platform_key, register_platform
from registry.settings import Settings
from registry.signing.http_signature import sign_request
from registry.signing.keys import generate
from tests.cli.conftest import Command
from tests.cli.serving import PATIENCE_SECONDS, Served, served
from tests.registries import STEWARD

LASTED_SECONDS = 6
"""One that dies sooner after its start is taken for one that always will."""


def serving(server: Served) -> set[int]:
    """The ids of the processes that hold the listening socket beside the parent."""
    listed = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    children = {int(each) for path in listed for each in path.read_text().split()}
    return {pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_a_killed_process_is_replaced_and_whoever_connects_meanwhile_is_answered(
    tmp_path: Path,
) -> None:
    Command({"REGISTRY_VAR": str(tmp_path / "var")})("migrate")
    with served(tmp_path, ("serve", "--no-worker")) as server:
        (first,) = serving(server)
        time.sleep(LASTED_SECONDS)
        os.kill(first, signal.SIGKILL)
        # no process serves at this moment: the connection waits in the parent's socket
        with httpx2.Client(trust_env=False, timeout=PATIENCE_SECONDS) as http:
            assert http.get(f"{server.url}/healthz").status_code == 200
        (second,) = serving(server)
        assert second != first
        assert server.process.poll() is None


def test_whoever_waits_for_changes_is_answered_when_the_server_is_told_to_end(
    tmp_path: Path,
) -> None:
    Command({"REGISTRY_VAR": str(tmp_path / "var")})("migrate")
    with served(tmp_path, ("serve", "--no-worker")) as server:
        registry, signer = open_registry(Settings.from_environ(server.env)), generate()
        with registry.writing() as ledger:
            platform = register_platform(ledger, "P", "P Ltd", STEWARD)
            add_platform_key(ledger, platform, dict(signer.public.jwk), STEWARD)
        with registry.reading() as uow:
            head = uow.log.head()
        assert head is not None
        registry.close()
        target = f"{server.url}/v1/changes?after={head.head.size - 1}&wait=30"
        headers = sign_request(
            "GET", target, b"", None, signer,
            keyid=signer.kid, created=int(time.time()), nonce="n",
        )  # fmt: skip
        with (
            httpx2.Client(trust_env=False, timeout=PATIENCE_SECONDS) as http,
            ThreadPoolExecutor(1) as waiting,
        ):
            reply = waiting.submit(http.get, target, headers=headers)
            begun = 'registry_changes_waits_total{what="begun"} 1.0'
            until = time.monotonic() + PATIENCE_SECONDS
            while begun not in http.get(f"{server.url}/metrics").text:
                assert time.monotonic() < until
                time.sleep(0.05)
            assert not reply.done()
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert reply.result().json()["changes"] == []
        assert server.process.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - began < 25, "it waited for its time to be over"
