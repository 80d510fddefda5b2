"""Flows run over HTTP: by a thread that waits, or by asyncio. Nothing is decoded and nothing is followed.

A reply is taken whole or not at all: no more bytes than the request allows, no longer than the time-out as a whole,
and never through a decompressor, because its digest is over the bytes on the wire and a small body could be a bomb.
"""

import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from registry.client.wire import Flow, Lost, Pause, Reply, Request
from registry.client_address import is_loopback
from registry.errors import TooLarge, VerificationFailed

if TYPE_CHECKING:
    import httpx2

TIMEOUT_SECONDS: Final = 30.0
_AGENT: Final = "consent-registry-client"
T = TypeVar("T")


def client_options(url: str, timeout: float) -> dict[str, Any]:
    """How an HTTP client for this registry is made: no redirects, no proxy of the environment towards this machine."""
    local = is_loopback(urlsplit(url).hostname or "")
    # without the environment's proxies, a self-made certificate is still trusted by SSL_CERT_FILE, as OpenSSL reads it
    context = ssl.create_default_context() if local and url.startswith("https") else True
    return {
        "timeout": timeout,
        "trust_env": not local,
        "verify": context,
        "follow_redirects": False,
        "headers": {"user-agent": _AGENT},
    }


class Line:
    """Runs flows with a client that blocks."""

    def __init__(
        self, client: "httpx2.Client", timeout: float, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._timeout = timeout
        self._pause = pause

    def run(self, flow: Flow[T]) -> T:
        """What the flow returns. Raises: what it raises."""
        given: Reply | Lost | None = None
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    self._pause(step.seconds)
                    given = None
                else:
                    given = self.send(step)
                step = flow.send(given)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def send(self, request: Request) -> Reply | Lost:
        """The whole reply, or why there is none.

        Raises: VerificationFailed, TooLarge for one that is not to be read.
        """
        import httpx2

        intake = _Intake(request, self._timeout)
        try:
            with self._client.stream(
                request.method, request.url, content=request.body or None, headers=request.headers
            ) as response:
                intake.begin(response)
                # a transport that read ahead, such as a cache, has the content already
                whole = [response.content] if response.is_stream_consumed else response.iter_raw()
                for piece in whole:
                    intake.take(piece)
                return intake.reply()
        except (httpx2.RequestError, httpx2.InvalidURL, _TooSlowError) as error:
            return _lost(error)


class AsyncLine:
    """Runs flows under asyncio."""

    def __init__(self, client: "httpx2.AsyncClient", timeout: float) -> None:
        self._client = client
        self._timeout = timeout

    async def run(self, flow: Flow[T]) -> T:
        """What the flow returns. Raises: what it raises."""
        import asyncio

        given: Reply | Lost | None = None
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    given = None
                else:
                    given = await self.send(step)
                step = flow.send(given)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    async def send(self, request: Request) -> Reply | Lost:
        """As `Line.send`."""
        import httpx2

        intake = _Intake(request, self._timeout)
        try:
            async with self._client.stream(
                request.method, request.url, content=request.body or None, headers=request.headers
            ) as response:
                intake.begin(response)
                if response.is_stream_consumed:
                    intake.take(response.content)
                else:
                    async for piece in response.aiter_raw():
                        intake.take(piece)
                return intake.reply()
        except (httpx2.RequestError, httpx2.InvalidURL, _TooSlowError) as error:
            return _lost(error)


class _TooSlowError(Exception):
    """The reply trickles: it is not there when the time for the whole of it is up."""


class _Intake:
    """Takes in one reply, piece by piece, within its limits."""

    def __init__(self, request: Request, timeout: float) -> None:
        self._most = request.most
        self._until = time.monotonic() + timeout
        self._body = bytearray()

    def begin(self, response: "httpx2.Response") -> None:
        self._status = response.status_code
        self._headers = {name.lower(): value for name, value in response.headers.items()}
        encoding = self._headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity") and self._status == 200:
            raise VerificationFailed(
                f"the reply is encoded ({encoding[:20]}) though it was asked for as it is; it is not opened"
            )

    def take(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > self._most:
            raise TooLarge(f"the reply has more than {self._most:,} bytes; the rest is not read")
        if time.monotonic() > self._until:
            raise _TooSlowError("the reply was not complete in time")

    def reply(self) -> Reply:
        return Reply(self._status, self._headers, bytes(self._body))


def _lost(error: Exception) -> Lost:
    name = "TooSlow" if isinstance(error, _TooSlowError) else type(error).__name__
    return Lost(f"{name}: {error}".rstrip(": "))
