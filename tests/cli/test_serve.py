"""`registry serve`: refuses what is not prepared, replaces its processes without losing a request, and ends well."""

import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from registry.bootstrap import open_registry
from registry.services.register_platform import add_platform_key, register_platform
from registry.settings import Settings
from registry.signing.http_signature import sign_request
from registry.signing.keys import MemorySigner, generate
from tests.cli.conftest import Command
from tests.cli.serving import PATIENCE_SECONDS, Served, served
from tests.faults.processes import wait_until
from tests.outside import free_port
from tests.registries import STEWARD

MANY = 100
QUESTION = b'{"usage":"generative-training","items":[{"identifiers":["isrc:GBAYE0601498"]}]}'


def a_platform(environ: dict[str, str]) -> MemorySigner:
    """A platform on the prepared registry that this environment names."""
    registry = open_registry(Settings.from_environ(environ))
    signer = generate()
    with registry.writing() as ledger:
        platform = register_platform(ledger, "P", "P Ltd", STEWARD)
        add_platform_key(ledger, platform, dict(signer.public.jwk), STEWARD)
    registry.close()
    return signer


@dataclass
class Load:
    """Signed questions without a pause, one after the other in each thread, until told to stop.

    `kept`: over connections that are kept, or a new one for each question.
    """

    port: int
    signer: MemorySigner
    kept: bool
    replies: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        while not self.stop.is_set():
            try:
                self._ask_over(connection)
            except (OSError, HTTPException) as error:
                self.replies[type(error).__name__] += 1
                connection.close()
            if not self.kept:
                connection.close()
        connection.close()

    def _ask_over(self, connection: HTTPConnection) -> None:
        headers = sign_request(
            "POST",
            f"http://127.0.0.1:{self.port}/v1/verify",
            QUESTION,
            "application/json",
            self.signer,
            keyid=self.signer.kid,
            created=time.time_ns() // 10**9,
            nonce=secrets.token_urlsafe(16),
        )
        connection.request(
            "POST", "/v1/verify", QUESTION, {"Content-Type": "application/json", **headers}
        )
        with connection.getresponse() as reply:
            reply.read()
            self.replies[str(reply.status)] += 1


def said(server: Served, event: str, times: int = 1) -> str:
    """What it printed, once it has said this as often."""
    until = time.monotonic() + 2 * PATIENCE_SECONDS
    while (text := server.printed.read_text()).count(f'"event":"{event}"') < times:
        assert time.monotonic() < until, text
        assert server.process.poll() is None, text
        time.sleep(0.1)
    return text


def processes_of(parent: int) -> set[int]:
    """The ids of its child processes, whichever of its threads started them."""
    listed = Path(f"/proc/{parent}/task").glob("*/children")
    return {int(each) for path in listed for each in path.read_text().split()}


def test_sighup_replaces_every_process_and_no_signed_question_fails(tmp_path: Path) -> None:
    Command({"REGISTRY_VAR": str(tmp_path / "var")})("migrate")
    with served(
        tmp_path, ("serve",), REGISTRY_WORKERS="2", REGISTRY_RATE_PLATFORM="10000000"
    ) as server:
        signer = a_platform(server.env)
        loads = [Load(int(server.env["REGISTRY_PORT"]), signer, kept) for kept in (True, False)]
        threads = [threading.Thread(target=load.ask) for load in loads for _ in range(2)]
        for thread in threads:
            thread.start()
        said(server, "background worker started")
        before = processes_of(server.process.pid)
        os.kill(server.process.pid, signal.SIGHUP)
        said(server, "server processes were replaced")
        said(server, "background worker started", times=2)
        after = processes_of(server.process.pid)
        wait_until(lambda: all(load.replies["200"] > MANY for load in loads), "many replies")
        for load in loads:
            load.stop.set()
        for thread in threads:
            thread.join()
        assert len(before - after) == 3, "two that serve and one that runs jobs are gone"
        assert len(after - before) == 3
    for load in loads:
        assert set(load.replies) == {"200"}


def somebody_waits_behind_us(var: Path) -> bool:
    """Is there a process that comes next at the writer's lock? It holds the place in front of it (storage/turns.py)."""
    with (var / "registry.sqlite-queue").open("a") as queue:
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_sigterm_lets_a_request_in_flight_finish_and_ends_with_code_0(tmp_path: Path) -> None:
    environ = {"REGISTRY_VAR": str(tmp_path / "var")}
    Command(environ)("migrate")
    pid_file = tmp_path / "pid"
    with served(tmp_path, ("serve", "--no-worker", "--pid-file", str(pid_file))) as server:
        assert int(pid_file.read_text()) == server.process.pid
        registry = open_registry(Settings.from_environ(server.env))
        status: list[int] = []

        def write() -> None:
            connection = HTTPConnection("127.0.0.1", int(server.env["REGISTRY_PORT"]))
            connection.request("GET", "/v1/status/1")
            status.append(connection.getresponse().status)
            connection.close()

        # who signs a list has to wait for the writer's lock, which is ours until the server was told to end
        with registry.bookkeeping():
            asked = threading.Thread(target=write)
            asked.start()
            wait_until(lambda: somebody_waits_behind_us(server.folder), "the request is in flight")
            server.process.terminate()
            time.sleep(1)
        asked.join()
        registry.close()
        assert server.process.wait(PATIENCE_SECONDS) == 0
        assert status == [404], (
            "there is no such list, which it could only say after the lock was free"
        )
        assert not pid_file.exists()
        assert '"event":"ended"' in server.printed.read_text()


def test_a_store_that_an_upgrade_has_not_prepared_is_not_served(unprepared: Command) -> None:
    registry = unprepared.open()
    registry.engine.connect().close()
    registry.close()
    (line,) = unprepared("serve", code=1).stderr.splitlines()
    assert "registry migrate" in line
    assert line.endswith("Nothing is served.")


def test_with_migrate_a_new_store_is_prepared_and_served(tmp_path: Path) -> None:
    with served(tmp_path, ("serve", "--migrate", "--no-worker")) as server:
        assert server.command("fsck").exit_code == 0
        assert "curl" not in server.printed.read_text()
        assert not (server.folder / "demo-platform.key").exists()


def test_it_says_that_it_serves_only_when_it_answers(tmp_path: Path) -> None:
    with served(tmp_path, ("serve", "--migrate", "--no-worker")) as server:
        said(server, "serving")
        lines = [json.loads(line) for line in said(server, "request").splitlines()]
    at = {each.get("endpoint", each["event"]): each["at"] for each in reversed(lines)}
    assert at["starting"] < at["health.get_readiness"] <= at["serving"]


def test_new_processes_that_could_not_serve_replace_nothing(tmp_path: Path) -> None:
    Command({"REGISTRY_VAR": str(tmp_path / "var")})("migrate")
    with served(tmp_path, ("serve", "--no-worker")) as server:
        before = processes_of(server.process.pid)
        keys = server.folder / "keys"
        keys.rename(server.folder / "elsewhere")
        os.kill(server.process.pid, signal.SIGHUP)
        said(server, "server processes stay: new ones could not serve")
        assert before <= processes_of(server.process.pid)
        (server.folder / "elsewhere").rename(keys)


def test_a_pid_file_of_a_process_that_runs_is_not_taken_over(command: Command) -> None:
    folder = Path(command.env["REGISTRY_VAR"])
    pid_file = folder / "pid"
    pid_file.write_text(str(os.getpid()))
    done = by_itself(command, "serve", "--pid-file", str(pid_file))
    assert done.returncode == 1
    assert "names a process that runs" in done.stderr
    assert pid_file.read_text() == str(os.getpid())


def by_itself(command: Command, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "registry.cli", *words],
        env={**os.environ, **command.env, "REGISTRY_PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_SECONDS,
        check=False,
    )


def test_check_says_whether_a_process_that_starts_now_is_ready(command: Command) -> None:
    ready = by_itself(command, "serve", "--check")
    assert (ready.returncode, "is ready" in ready.stdout) == (0, True), ready.stderr
    keys = Path(command.env["REGISTRY_VAR"]) / "keys"
    keys.rename(keys.with_name("elsewhere"))
    unready = by_itself(command, "serve", "--check")
    assert unready.returncode == 1
    assert "private key" in unready.stderr
    assert "Traceback" not in unready.stderr
