"""How long to wait before asking again: after trouble that passes, and where the registry says that no place is left.

Sources: RFC 9110, section 10.2.3 (Retry-After); draft-ietf-httpapi-ratelimit-headers (RateLimit: `r` places left, `t`
seconds until there are more).
"""

import re
import secrets
import threading
from collections.abc import Mapping
from typing import Final

from registry.errors import Unavailable

LONGEST_WAIT_SECONDS: Final = 60.0
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 10.0
_LEFT: Final = re.compile(r";\s*r=([0-9]{1,9})(?=[\s;,]|$)")
_UNTIL: Final = re.compile(r";\s*t=([0-9]{1,9})(?=[\s;,]|$)")


def pause_before(attempt: int, asked_for: float | None, what: str) -> float:
    """Seconds before the attempt after this one: growing, a little at random so that many who were turned away do not
    come back at once, and never shorter than was asked for. Raises: Unavailable where that is too long."""
    if asked_for is not None and asked_for > LONGEST_WAIT_SECONDS:
        raise Unavailable(f"{what} asks to come back in {asked_for:.0f} seconds")
    longest: float = min(_FIRST_PAUSE_SECONDS * 4**attempt, _LONGEST_PAUSE_SECONDS)
    return max(longest * (0.5 + secrets.randbelow(500) / 1000), asked_for or 0.0)


class Pace:
    """Holds back every question of one client, of whichever thread, until there are places again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._again = 0.0

    def saw(self, headers: Mapping[str, str], elapsed: float) -> None:
        """Notes what a reply says; `elapsed` in seconds, of a clock that nobody sets."""
        said = headers.get("ratelimit", "")
        left, until = _LEFT.search(said), _UNTIL.search(said)
        if left is not None and until is not None and int(left[1]) == 0:
            with self._lock:
                wait = min(float(until[1]), LONGEST_WAIT_SECONDS)
                self._again = max(self._again, elapsed + wait)

    def wait(self, elapsed: float) -> float:
        """Seconds until the next question may be sent."""
        with self._lock:
            return max(0.0, self._again - elapsed)
