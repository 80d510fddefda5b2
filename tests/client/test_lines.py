"""Replies come whole, within their limits and as they are on the wire, or not at all."""

import asyncio
import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from registry.client.lines import AsyncLine, Line, client_options
from registry.client.wire import Flow, Lost, Pause, Reply, Request
from registry.errors import TooLarge, VerificationFailed
from tests.outside import POLL_SECONDS

PATIENCE = 60.0
BOMB = gzip.compress(bytes(50_000_000))


class Odd(BaseHTTPRequestHandler):
    """Answers in every odd way."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind = self.path[1:]
        body = BOMB if kind == "bomb" else b"x" * 1000
        self.send_response(302 if kind == "elsewhere" else 200)
        self.send_header("Content-Length", str(len(body) + (kind == "cut") * 10))
        self.send_header("Location", "/plain")
        if kind == "bomb":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if kind == "drip":
            with suppress(OSError):  # whoever asked has gone
                for _ in range(900):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            self.close_connection = True
            return
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def once(request: Request) -> Flow[Reply | Lost | None]:
    return (yield request)


def by_thread(url: str, timeout: float = PATIENCE, most: int = 10_000) -> Reply | Lost | None:
    with httpx2.Client(**client_options(url, PATIENCE)) as client:
        return Line(client, timeout).run(once(Request("GET", url, most=most)))


def by_asyncio(url: str, timeout: float = PATIENCE, most: int = 10_000) -> Reply | Lost | None:
    async def ask() -> Reply | Lost | None:
        async with httpx2.AsyncClient(**client_options(url, PATIENCE)) as client:
            return await AsyncLine(client, timeout).run(once(Request("GET", url, most=most)))

    return asyncio.run(ask())


both = pytest.mark.parametrize("send", [by_thread, by_asyncio])


@both
def test_a_reply_comes_whole(odd: str, send: type) -> None:
    reply = send(f"{odd}/plain")
    assert (reply.status, reply.body) == (200, b"x" * 1000)


@both
def test_what_is_cut_off_or_trickles_or_is_not_there_is_no_reply(odd: str, send: type) -> None:
    assert "RemoteProtocolError" in send(f"{odd}/cut").why
    assert "TooSlow" in send(f"{odd}/drip", timeout=0.3).why
    assert "ConnectError" in send("http://127.0.0.1:1/").why


@both
def test_a_bomb_is_not_opened(odd: str, send: type) -> None:
    with pytest.raises(VerificationFailed, match="encoded"):
        send(f"{odd}/bomb", most=1_000_000)


@both
def test_no_more_is_read_than_a_reply_may_have(odd: str, send: type) -> None:
    with pytest.raises(TooLarge):
        send(f"{odd}/plain", most=999)


@both
def test_a_redirection_is_not_followed(odd: str, send: type) -> None:
    assert send(f"{odd}/elsewhere").status == 302


def test_pauses_are_waited() -> None:
    def waiting() -> Flow[str]:
        yield Pause(0.01)
        yield Pause(0.02)
        return "done"

    waited: list[float] = []
    with httpx2.Client() as client:
        assert Line(client, 1, waited.append).run(waiting()) == "done"
    assert waited == [0.01, 0.02]


def test_the_environments_proxies_are_not_for_this_machine() -> None:
    assert client_options("http://127.0.0.1:8000", 1)["trust_env"] is False
    assert client_options("https://registry.example", 1)["trust_env"] is True
