"""Moments: integer milliseconds since the epoch inside, RFC 3339 UTC outside, and where they come from."""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from registry.errors import InvalidInput

SECOND_MS = 1_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

SETTLED_MS = 10 * SECOND_MS
"""How long a write may take. What lies further back can get no event any more."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


class Clock(Protocol):
    """Where the time comes from."""

    def __call__(self) -> int:
        """Milliseconds since the epoch, UTC."""


def system_clock() -> int:
    """The machine's own clock, in ms."""
    return time.time_ns() // 1_000_000


def rfc3339(ms: int) -> str:
    """`2026-11-22T05:00:00.123Z`; always four digits of a year, always three decimals, always Z."""
    seconds, rest = divmod(ms, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    moment = _EPOCH + timedelta(seconds=seconds)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def parse_rfc3339(text: str, *, field: str | None = None) -> int:
    """Milliseconds of an RFC 3339 date-time with an offset; parts of a millisecond are cut off.

    Raises: InvalidInput naming `field`.
    """
    if isinstance(text, str) and _RFC3339.fullmatch(text):
        try:
            # in UTC, where an offset may lead out of the years that can be written
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            return (moment - _EPOCH) // timedelta(milliseconds=1)
    raise InvalidInput(
        f"{text!r} is not a moment in time; write RFC 3339 with an offset, such as "
        "2026-11-22T05:00:00Z",
        field=field,
        code="invalid-time",
    )


def month_of(at: int) -> str:
    """The name of the month in which a moment (ms) lies, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m")
