"""A hundred clients that send one byte a second: whoever asks in the usual way is answered, without a proxy in front.

What keeps out signed questions is bodies sent slowly, and they are refused at once (docs/security.md, section 4): with
nginx in front they do not reach the registry (tests/partners/test_nginx.py).
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

import httpx2
import pytest

from registry.client.ask import Asked, Asset, signed_question
from tests.faults.processes import Processes, processes
from tests.faults.traffic import NEVER_REGISTERED, USAGE, Parties, parties

pytestmark = pytest.mark.faults

SLOW = 100
MOST_SECONDS = 2.0
"""What most of the questions take at most: the machine may stand still during a few of them."""
PATIENCE_SECONDS = 60
"""What each of them takes at most. Whoever had to wait for the slow ones to end would wait for longer."""
WATCHED = 15
"""Questions of each kind."""
HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = (
    b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n"
)


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Processes, Parties]]:
    folder = tmp_path_factory.mktemp("slow")
    with processes(folder, f"sqlite:///{folder / 'registry.sqlite'}") as server:
        taking_part = parties(server.open())
        server.start("--no-worker")
        yield server, taking_part


@contextmanager
def slow_clients(port: int, begun: bytes) -> Iterator[None]:
    """They open their connections, say how they begin, and then send one byte each second."""
    with ExitStack() as held:
        sockets = [
            held.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(SLOW)
        ]
        for each in sockets:
            each.sendall(begun)
        enough = threading.Event()

        def drip() -> None:
            while not enough.wait(1):
                for each in sockets:
                    try:
                        each.sendall(b"a")
                    except OSError:  # the server has had enough of it
                        continue

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield
        finally:
            enough.set()
            thread.join()


def signed(server: Processes, of: Parties) -> tuple[bytes, dict[str, str]]:
    body = Asked(USAGE.value, [Asset([NEVER_REGISTERED])]).body()
    target = f"{server.url}/v1/verify"
    return body, signed_question(target, body, of.signer, of.signer.kid, int(time.time()))


def asked(server: Processes, of: Parties) -> tuple[list[float], list[tuple[float, int]]]:
    """How long unsigned questions took, each answered; and signed ones, with their statuses."""
    unsigned, signed_ones = [], []
    for _ in range(WATCHED):
        with httpx2.Client(base_url=server.url, trust_env=False, timeout=PATIENCE_SECONDS) as http:
            begun = time.monotonic()
            query = {"usage": USAGE.value, "id": NEVER_REGISTERED}
            assert http.get("/v1/verify", params=query).status_code == 200
            unsigned.append(time.monotonic() - begun)
            body, headers = signed(server, of)
            begun = time.monotonic()
            status = http.post("/v1/verify", content=body, headers=headers).status_code
            signed_ones.append((time.monotonic() - begun, status))
        time.sleep(0.1)
    return unsigned, signed_ones


def test_slow_header_fields_keep_nobody_waiting(served: tuple[Processes, Parties]) -> None:
    server, of = served
    with slow_clients(server.port, HEAD):
        unsigned, signed_ones = asked(server, of)
    took = [*unsigned, *(took for took, _ in signed_ones)]
    print(f"\n  {len(unsigned)} of each kind, the slowest took {max(took) * 1000:.0f} ms")
    assert {status for _, status in signed_ones} == {200}
    assert median(took) < MOST_SECONDS


def test_slow_bodies_keep_no_unsigned_question_waiting_and_refuse_signed_ones_at_once(
    served: tuple[Processes, Parties],
) -> None:
    server, of = served
    with slow_clients(server.port, BODY):
        unsigned, signed_ones = asked(server, of)
    print(f"\n  {len(unsigned)} unsigned, the slowest took {max(unsigned) * 1000:.0f} ms")
    refused = [took for took, status in signed_ones if status == 503]
    print(f"  {len(signed_ones)} signed, {len(refused)} of them refused")
    assert median(unsigned) < MOST_SECONDS
    assert {status for _, status in signed_ones} <= {200, 503}
    assert median(took for took, _ in signed_ones) < MOST_SECONDS


def test_after_them_everybody_is_answered(served: tuple[Processes, Parties]) -> None:
    server, of = served
    server.wait_until_it_says(200)
    body, headers = signed(server, of)
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=PATIENCE_SECONDS) as http:
        assert http.post("/v1/verify", content=body, headers=headers).status_code == 200
