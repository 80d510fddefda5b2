"""Witnesses behind real HTTP servers on loopback: honest ones, and ones that say what a test tells them to say."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from registry.signing.keys import MemorySigner, generate
from registry.signing.note import cosigner_vkey
from registry.witness.book import Book
from registry.witness.cosigner import Cosigner
from registry.witness.known import KnownWitness
from registry.witness.serving import WitnessServer


@contextmanager
def _running(server: ThreadingHTTPServer) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=lambda: server.serve_forever(0.02))
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def serving(cosigner: Cosigner) -> Iterator[int]:
    """Serves a witness; gives its port."""
    with _running(WitnessServer(cosigner, ("127.0.0.1", 0))) as port:
        yield port


@contextmanager
def honest(
    folder: Path, name: str, log: str, now: Callable[[], int], signer: MemorySigner | None = None
) -> Iterator[KnownWitness]:
    """A witness of the log with this verifier key; its book is in the folder."""
    path = folder / f"{name}.json"
    if not path.exists():
        Book.begin(path)
    with Book.open(path) as book:
        cosigner = Cosigner(name, signer or generate(), [log], book, now)
        with serving(cosigner) as port:
            yield KnownWitness(cosigner.vkey, f"http://127.0.0.1:{port}")


Said = Callable[[bytes], tuple[int, bytes]]
"""A request's body → status and body of the reply."""


@contextmanager
def saying(name: str, said: Said, signer: MemorySigner | None = None) -> Iterator[KnownWitness]:
    """Something at a witness's address that replies what it is told to."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, body = said(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    vkey = cosigner_vkey(name, (signer or generate()).public.raw)
    with _running(server) as port:
        yield KnownWitness(vkey, f"http://127.0.0.1:{port}")
