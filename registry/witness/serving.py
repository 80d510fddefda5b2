"""A witness behind HTTP/1.1, one thread a connection: one path, small bodies, short patience.

C2SP tlog-witness, "HTTP Interface". TLS and the limits of a public site are for a proxy in front of it.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from registry.errors import RegistryError
from registry.witness.cosigner import Cosigner, Reply

PATH: Final = "/add-checkpoint"
MOST_BODY_BYTES: Final = 64 * 1024
"""Sixty-four signatures and a proof of any length fit in."""
_MOST_DIGITS: Final = len(str(MOST_BODY_BYTES))
IDLE_SECONDS: Final = 15
MOST_CONNECTIONS: Final = 64


class WitnessServer(ThreadingHTTPServer):
    """Serves one cosigner. `address` is host and port; port 0: any that is free."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, cosigner: Cosigner, address: tuple[str, int]) -> None:
        self.cosigner = cosigner
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A connection beyond those that there are threads for is closed at once."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever leaves in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "consent-registry-witness"
    sys_version = ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body leave together

    def do_POST(self) -> None:
        if self.path != PATH:
            self._answer(Reply(404, f"A witness has one path: POST {PATH}.\n"), close=True)
            return
        length = self.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            self._answer(Reply(411, "Say how long the body is (Content-Length).\n"), close=True)
            return
        if len(length) > _MOST_DIGITS or int(length) > MOST_BODY_BYTES:
            self._answer(Reply(413, f"A body has at most {MOST_BODY_BYTES} bytes.\n"), close=True)
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        try:
            reply = self.server.cosigner.add_checkpoint(body)
        except RegistryError as error:
            reply = Reply(503, f"{error.message}\n")
        self._answer(reply)

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(Reply(200, f"{self.server.cosigner.vkey}\n"))
        else:
            self._answer(Reply(404, f"A witness has one path: POST {PATH}.\n"))

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: what was cosigned is in the book."""

    def _answer(self, reply: Reply, *, close: bool = False) -> None:
        body = reply.body.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.type)
        self.send_header("Content-Length", str(len(body)))
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)
