"""Receivers of notices: real HTTPS servers on loopback, each at a name of its own, that keep what they are sent."""

import json
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from registry.fetching.post_process import PostProcess
from tests.fetching.sites import HOSTS, PUBLIC, make_authority
from tests.outside import POLL_SECONDS

NAMES = tuple(host for host in HOSTS if "*" not in host)
PATIENCE_SECONDS = 60.0
"""How long a test waits for what is to come soon, whatever else the machine is at."""


@dataclass(frozen=True)
class Sent:
    """What arrived: the URL as the sender addressed it, the fields by lower-case name, the body."""

    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


Answer = Callable[[Sent], tuple[int, bytes] | None]
"""Status and body; None: the connection is closed without a word."""


def echo(sent: Sent) -> tuple[int, bytes]:
    """What a willing receiver answers."""
    return 200, str(sent.members.get("challenge", "")).encode()


@dataclass
class Receivers:
    """All receivers. `answers` by host name; a host that has none is willing."""

    folder: Path
    port: int
    authority: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def command(self) -> tuple[str, ...]:
        told = {
            "hosts": {name: [[PUBLIC]] for name in NAMES} | {"inside.example": [["10.0.0.1"]]},
            "public": [PUBLIC],
            "doors": {443: self.port, 80: self.port},
            "authority": str(self.authority),
            "seconds": 2 * PATIENCE_SECONDS,
        }
        return (sys.executable, "-m", "tests.fetching.loopback", json.dumps(told))

    def poster(self) -> PostProcess:
        """A process that knows these receivers."""
        return PostProcess("https://registry.example", self.command())

    def at(self, host: str) -> list[Sent]:
        """What arrived at a host, in order."""
        return [each for each in self.sent if each.url.startswith(f"https://{host}/")]

    def wait_for(self, host: str, number: int, seconds: float = PATIENCE_SECONDS) -> list[Sent]:
        """What arrived at a host, once it is so many."""
        until = time.monotonic() + seconds
        while len(self.at(host)) < number:
            assert time.monotonic() < until, f"{len(self.at(host))} of {number} arrived"
            time.sleep(0.02)
        return self.at(host)


@contextmanager
def receiving(folder: Path) -> Iterator[Receivers]:
    """Receives until the end of the block."""
    authority, chain = make_authority(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers["content-length"]))
            sent = Sent(f"https://{headers['host']}{self.path}", headers, body)
            receivers.sent.append(sent)
            answered = receivers.answers.get(headers["host"], echo)(sent)
            if answered is None:
                self.close_connection = True
                return
            status, text = answered
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "https://other.example/elsewhere")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            with tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)

        def handle_error(self, *_: Any) -> None:
            """A client that went away is nothing to write about."""

    server = Server((PUBLIC, 0), Handler)
    receivers = Receivers(folder, server.server_address[1], authority)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield receivers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
