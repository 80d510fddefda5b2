"""What goes over the wire and comes back, as values: a flow yields requests and pauses, and is sent what came of them.

A flow is a generator that does no input or output, in the manner of httpx's auth flows; `lines` runs it over HTTP,
with threads or with asyncio. So one core serves both, and tests can play the network.
"""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from registry.errors import (
    Forbidden,
    InvalidInput,
    RegistryError,
    TooLarge,
    Unauthenticated,
    VerificationFailed,
)

MOST_REPLY_BYTES: Final = 24 * 1024 * 1024
"""An answer has at most 16 MiB; as a JWS, a third more."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to be sent as it stands. `most` is how many bytes of a reply are read at all."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: {"accept-encoding": "identity"})
    body: bytes = b""
    most: int = MOST_REPLY_BYTES


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole. Header names are lower case, `body` is what was on the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No whole reply came, and in which words the connection said so."""

    why: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for so many seconds."""

    seconds: float


T = TypeVar("T")
Flow = Generator[Request | Pause, Reply | Lost | None, T]


def refusal(status: int, body: bytes) -> RegistryError:
    """A problem (RFC 9457) as an error of ours. What cannot be read is VerificationFailed."""
    words = f"the registry answered with status {status}"
    field_name, code = None, None
    try:
        problem = json.loads(body)
        words = str(problem.get("detail") or problem.get("title") or words)
        field_name, code = problem.get("field"), problem.get("code")
    except (ValueError, AttributeError, RecursionError):
        pass
    kinds: dict[int, type[RegistryError]] = {
        400: InvalidInput,
        401: Unauthenticated,
        403: Forbidden,
        413: TooLarge,
        422: InvalidInput,
    }
    kind = kinds.get(status, VerificationFailed)
    known = isinstance(code, str) and kind is not VerificationFailed
    return kind(words, field=field_name, code=code if known else None)


def retry_after(headers: Mapping[str, str], now: int) -> float | None:
    """Seconds that a reply asks to wait (RFC 9110, section 10.2.3), from `now` in seconds since 1970; None for none."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    if not text:
        return None
    from email.utils import parsedate_to_datetime  # slow to load, and rarely needed

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, IndexError):
        return None
