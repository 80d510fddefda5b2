"""What is seen of a request on its way through: an id for it, its counts, one line in the log.

The outermost layer of the application, around the lane of questions too. Whoever learns something on the way
notes it (`note_…`) for the request that runs in this thread; when the reply is ready, it waits to be counted and
written down (afterwards). A line says who asked by platform id and how much, never what about: no identifiers, titles,
names, tokens, signatures or bodies, and of an address the network only.
"""

import itertools
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import msgspec
from flask import Flask, current_app, request

from registry.api.afterwards import Afterwards
from registry.api.back_pressure import BodyGate, GatedBody, OverloadedError
from registry.api.counts import Counts
from registry.client_address import TrustedProxies, client_address
from registry.errors import LogRefuses, RegistryError, SignatureRefused, Unavailable
from registry.instants import Clock
from registry.logs import Log
from registry.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID = "X-Request-Id"
LANE_ENDPOINT = "questions.post_question"
"""What a request asked for that the framework never saw: only the lane answers such."""
NO_ENDPOINT = "none"
_AFTERWARDS = "consent-registry-afterwards"
_NOTHING: Mapping[str, int] = MappingProxyType({})

_fallback = logging.getLogger("registry.api")


class Seen(msgspec.Struct):
    """What was noted of one request."""

    id: str
    method: str
    address: str
    endpoint: str = LANE_ENDPOINT
    at: int = 0
    status: int = 0
    seconds: float = 0.0
    platform: str | None = None
    token: str | None = None
    items: int | None = None
    usage: str = ""
    decisions: Mapping[str, int] = _NOTHING
    problem: tuple[str, bool, bool, bool] | None = None
    fault: BaseException | None = None

    def members(self) -> dict[str, Any]:
        """What its line says."""
        found: dict[str, Any] = {
            "request": self.id,
            "endpoint": self.endpoint,
            "method": self.method[:10],
            "status": self.status,
            "ms": int(self.seconds * 100_000 + 0.5) / 100,  # a third of the time of `round`
        }
        if self.problem is not None:
            found["problem"] = self.problem[0]
        if self.platform is not None:
            found["platform"] = self.platform
        if self.token is not None:
            found["token"] = self.token
        if self.items is not None:
            found["items"] = self.items
        found["network"] = network_of(self.address)
        return found


class _Running(threading.local):
    seen: Seen | None = None


_running = _Running()


def note_answer(platform: str | None, usage: str, decisions: Mapping[str, int]) -> None:
    """A question was answered: who asked, and how many items were decided how."""
    seen = _running.seen
    if seen is not None:
        seen.platform, seen.usage, seen.items = platform, usage, sum(decisions.values())
        seen.decisions = decisions


def note_platform(id: str) -> None:
    """Whoever asks is this platform, and proved it."""
    if _running.seen is not None:
        _running.seen.platform = id


def note_token(id: str) -> None:
    """Whoever asks showed a token that stands, of this id (which is not its secret)."""
    if _running.seen is not None:
        _running.seen.token = id


def note_problem(error: RegistryError) -> None:
    """The request ends in this problem."""
    seen = _running.seen
    if seen is not None:
        # the storage room raises it from the driver's own error
        of_a_driver = isinstance(error, Unavailable) and error.__cause__ is not None
        seen.problem = (
            error.code,
            isinstance(error, SignatureRefused),
            of_a_driver,
            isinstance(error, OverloadedError),
        )
        if of_a_driver or isinstance(error, LogRefuses):
            seen.fault = error


def note_http_problem(code: str) -> None:
    """The request ends in a problem that the framework found (no such page, method not allowed)."""
    if _running.seen is not None:
        _running.seen.problem = (code, False, False, False)


def note_fault(error: BaseException) -> None:
    """A fault of ours, to be written down with the places it passed through."""
    seen = _running.seen
    if seen is None:
        _fallback.error("answered with a fault of ours", exc_info=error)
    else:
        seen.fault = error
        seen.problem = ("internal", False, False, False)


class Watch:
    """WSGI around WSGI. `scheme` as in the public URL; `stopwatch` gives seconds from any beginning."""

    def __init__(
        self,
        app: "WSGIApplication",
        afterwards: Afterwards,
        clock: Clock,
        proxies: TrustedProxies,
        scheme: str,
        bodies: BodyGate,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self.afterwards = afterwards
        self._clock = clock
        self._proxies = proxies
        self._scheme = scheme
        self._bodies = bodies
        self._stopwatch = stopwatch
        self._prefix = secrets.token_hex(6)
        self._numbers = itertools.count()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        began = self._stopwatch()
        address = client_address(environ, self._proxies)
        seen = Seen(f"{self._prefix}-{next(self._numbers):x}", environ["REQUEST_METHOD"], address)

        def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen.status = int(line[:3])
            headers.append((REQUEST_ID, seen.id))
            if exc_info is None:
                return start_response(line, headers)
            return start_response(line, headers, exc_info)

        environ["wsgi.input"] = GatedBody(self._bodies, environ["wsgi.input"])
        environ["wsgi.url_scheme"] = self._scheme  # TLS ends before us
        environ["REMOTE_ADDR"] = address
        _running.seen = seen
        try:
            return self._app(environ, start)
        finally:
            _running.seen = None
            seen.at = self._clock()
            seen.seconds = self._stopwatch() - began
            self.afterwards.add(seen)


def install_watch(app: Flask, counts: Counts, log: Log, clock: Clock, settings: Settings) -> None:
    """Watches this application from the outside. Call it last: what wraps it later is not seen."""

    def name_the_endpoint() -> None:
        if _running.seen is not None:
            _running.seen.endpoint = request.endpoint or NO_ENDPOINT

    app.before_request_funcs.setdefault(None, []).insert(0, name_the_endpoint)
    scheme = settings.public_url.partition(":")[0]
    app.extensions[_AFTERWARDS] = afterwards = Afterwards(counts, log)
    app.wsgi_app = Watch(  # type: ignore[method-assign]
        app.wsgi_app,
        afterwards,
        clock,
        settings.trusted_proxies,
        scheme,
        BodyGate(settings.threads),
    )


def catch_up() -> None:
    """Counts and writes down what is known of all requests to the running application that are over."""
    cast(Afterwards, current_app.extensions[_AFTERWARDS]).catch_up()


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """The /24 (IPv4) or /48 (IPv6) of an address; empty for what is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
