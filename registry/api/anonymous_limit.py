"""How often somebody may ask without signing: a few times a minute an address, counted across workers.

Each question takes one of the address's places in the running minute, in the store of nonces, where a
place is taken exactly once whoever asks in parallel. A worker remembers where it got to, so that one
statement is enough. Behind a proxy all who do not sign share the proxy's address: X-Forwarded-For is
not believed.
"""

import hashlib
import threading

from registry.errors import Unavailable
from registry.storage.nonces import NonceStore

PER_MINUTE = 30
WINDOW_MS = 60_000
MOST_REMEMBERED = 10_000


class TooManyRequestsError(Unavailable):
    """Over the limit; `headers` say when to ask again (draft-ietf-httpapi-ratelimit-headers)."""

    code = "too-many-requests"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"without a signature {PER_MINUTE} questions a minute are answered; ask again in {seconds} "
            "s, or register as a platform and sign"
        )
        self.headers = {"Retry-After": str(seconds), **limit_headers(0, seconds)}


def limit_headers(left: int, seconds: int) -> dict[str, str]:
    """The RateLimit header fields: places left, and seconds until all are free again."""
    return {
        "RateLimit-Policy": f'"anonymous";q={PER_MINUTE};w={WINDOW_MS // 1000}',
        "RateLimit": f'"anonymous";r={left};t={seconds}',
    }


class AnonymousLimit:
    """The count of one process; exact over all processes that share the store."""

    def __init__(self, nonces: NonceStore) -> None:
        self._nonces = nonces
        self._lock = threading.Lock()
        self._window = -1
        self._next: dict[str, int] = {}

    def take(self, address: str, now: int) -> dict[str, str]:
        """Takes a place for this address at `now` (ms); returns the RateLimit header fields.

        Raises: TooManyRequestsError where none is left, Unavailable where the store is away.
        """
        window, into = divmod(now, WINDOW_MS)
        seconds = -(-(WINDOW_MS - into) // 1000)
        owner = "address:" + hashlib.sha256(address.encode()).hexdigest()
        for place in range(self._from(owner, window), PER_MINUTE):
            taken = self._nonces.spend(
                owner, f"{window}:{place}", until=(window + 1) * WINDOW_MS, now=now
            )
            self._remember(owner, window, place + 1)
            if taken:
                return limit_headers(PER_MINUTE - place - 1, seconds)
        raise TooManyRequestsError(seconds)

    def _from(self, owner: str, window: int) -> int:
        with self._lock:
            return self._next.get(owner, 0) if window == self._window else 0

    def _remember(self, owner: str, window: int, place: int) -> None:
        with self._lock:
            if window != self._window or len(self._next) > MOST_REMEMBERED:
                self._window = window
                self._next.clear()
            self._next[owner] = max(place, self._next.get(owner, 0))
