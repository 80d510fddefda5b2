"""The witness over real HTTP: keep-alive, limits, and many at once without ever going back."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.signing.keys import generate
from registry.witness.book import Book
from registry.witness.cosigner import Cosigner
from registry.witness.serving import MOST_BODY_BYTES
from tests.witness.logs import SmallLog
from tests.witness.served import serving


@pytest.fixture
def log() -> SmallLog:
    return SmallLog().grow(60)


@pytest.fixture
def port(log: SmallLog, tmp_path: Path) -> Iterator[int]:
    Book.begin(tmp_path / "book.json")
    with (
        Book.open(tmp_path / "book.json") as book,
        serving(Cosigner("w.example", generate(), [log.vkey], book, lambda: 7)) as port,
    ):
        yield port


def post(
    connection: http.client.HTTPConnection, body: bytes, path: str = "/add-checkpoint"
) -> tuple[int, str, bytes]:
    connection.request("POST", path, body)
    reply = connection.getresponse()
    return reply.status, reply.headers["content-type"], reply.read()


def test_a_log_is_cosigned_over_one_connection(log: SmallLog, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert post(connection, log.request(0, 10))[0] == 200
    assert post(connection, log.request(0, 20)) == (409, "text/x.tlog.size", b"10\n")
    status, kind, body = post(connection, log.request(10, 20))
    assert (status, kind, body[:12]) == (
        200,
        "text/plain; charset=utf-8",
        "— w.example".encode()[:12],
    )
    connection.close()


def test_other_paths_methods_and_sizes_are_refused(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert post(connection, b"", "/")[0] == 404
    for length in (str(MOST_BODY_BYTES + 1), f"{MOST_BODY_BYTES + 1:015}", "9" * 5_000):
        connection.putrequest("POST", "/add-checkpoint")
        connection.putheader("content-length", length)
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()
    connection.putrequest("POST", "/add-checkpoint")
    connection.putheader("transfer-encoding", "chunked")
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()
    connection.request("GET", "/")
    assert connection.getresponse().read().startswith(b"w.example+")
    connection.request("GET", "/add-checkpoint")
    assert connection.getresponse().status == 404
    connection.close()


def test_many_at_once_never_take_the_log_back(log: SmallLog, port: int) -> None:
    cosigned: list[int] = []

    def submit(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        old = 0
        for size in range(number + 1, 60, 7):
            status, _, body = post(connection, log.request(old, size))
            if status == 200:
                cosigned.append(size)
            old = int(body) if status == 409 else size
        connection.close()

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert post(connection, log.request(0))[2] == f"{max(cosigned)}\n".encode()
    connection.close()
