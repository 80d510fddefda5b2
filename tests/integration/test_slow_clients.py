"""Whoever sends slowly keeps out nobody who only asks; measured at the real server, without a proxy."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest

from registry.settings import Settings
from tests.cli.serving import Served, served

SLOW_BODY = (
    b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n{"
)
SLOW_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: a"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("slow"), REGISTRY_WRITERS="1") as running:
        yield running


@pytest.fixture
def client(server: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=60) as made:
        yield made


@pytest.mark.parametrize("begun", [SLOW_BODY, SLOW_HEAD])
def test_more_slow_senders_than_threads_keep_no_reader_out(
    server: Served, client: httpx2.Client, begun: bytes
) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    threads = Settings.from_environ(server.env).threads
    with ExitStack() as held:
        for _ in range(2 * threads):
            sender = held.enter_context(socket.create_connection((host, int(port))))
            sender.sendall(begun)
        for path in ("/healthz", "/log/checkpoint", "/v1/verify?usage=search&id=isrc:USRC17607839"):
            assert client.get(path).status_code == 200
        if begun == SLOW_BODY:
            shed = client.post("/v1/verify", json={})
            assert (shed.status_code, shed.json()["code"]) == (503, "overloaded")
            assert shed.headers["retry-after"]
    assert client.get("/healthz").status_code == 200


def test_what_was_shed_is_counted(server: Served, client: httpx2.Client) -> None:
    assert "registry_requests_shed_total" in client.get("/metrics").text
