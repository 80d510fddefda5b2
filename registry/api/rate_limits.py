"""How often somebody may come: so many places a minute each, counted across all workers.

Places are taken from the store of nonces, where a block of them is taken exactly once whoever asks in
parallel; so the limit is never exceeded. A worker uses up the block that it took before it takes another. With
blocks of more than one place, what a worker holds unused is lost to the others in that minute: with w workers
somebody may be refused up to (w - 1) * (block - 1) places early. Fields of the reply:
draft-ietf-httpapi-ratelimit-headers.
"""

import hashlib
import threading
from dataclasses import dataclass

from registry.errors import Unavailable
from registry.storage.nonces import NonceStore

WINDOW_MS = 60_000
MOST_REMEMBERED = 10_000
BLOCKS = 100
"""A minute's places are taken in about this many blocks, so that most requests ask no store."""


class TooManyRequestsError(Unavailable):
    """Over the limit; `headers` say when to ask again."""

    code = "too-many-requests"

    def __init__(self, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` places a minute (0: no limit), under a name; `advice` for whoever is over it."""

    name: str
    quota: int
    advice: str
    block: int = 1

    def headers(self, left: int, seconds: int) -> dict[str, str]:
        """The RateLimit fields: places left, and seconds until all are free again."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={WINDOW_MS // 1000}',
            "RateLimit": f'"{self.name}";r={left};t={seconds}',
        }


class RateLimit:
    """The count of one process; never exceeded over all processes that share the store."""

    def __init__(self, nonces: NonceStore, policy: Policy) -> None:
        self.policy = policy
        self._nonces = nonces
        self._lock = threading.Lock()
        self._window = -1
        self._next: dict[str, int] = {}
        """owner → the first block not known to be taken."""
        self._held: dict[str, int] = {}
        """owner → places left of the blocks that this process took."""

    def take(self, owner: str, now: int, places: int = 1) -> dict[str, str]:
        """Takes places for this owner at `now` (ms); returns the RateLimit header fields.

        More places than the quota count as the quota. Raises: TooManyRequestsError where too few are left,
        Unavailable where the store is away.
        """
        policy = self.policy
        if not policy.quota:
            return {}
        window, into = divmod(now, WINDOW_MS)
        seconds = -(-(WINDOW_MS - into) // 1000)
        wanted = min(places, policy.quota)
        while True:
            left = self._use(owner, window, wanted)
            if left is not None:
                return policy.headers(left, seconds)
            block = self._following(owner, window)
            if block * policy.block >= policy.quota:
                raise TooManyRequestsError(
                    f"{policy.quota} a minute are answered {policy.advice}; ask again in {seconds} s",
                    {"Retry-After": str(seconds), **policy.headers(0, seconds)},
                )
            taken = self._nonces.spend(
                _key(policy.name, owner),
                f"{window}:{block}",
                until=(window + 1) * WINDOW_MS,
                now=now,
            )
            self._took(owner, window, block, taken)

    def _use(self, owner: str, window: int, wanted: int) -> int | None:
        """Uses places that this process holds: how many the owner has left, or None for too few."""
        with self._lock:
            if window != self._window or len(self._next) > MOST_REMEMBERED:
                # forgetting only costs a look at each block again
                self._window = window
                self._next.clear()
                self._held.clear()
            held = self._held.get(owner, 0)
            if held < wanted:
                return None
            self._held[owner] = held - wanted
            unclaimed = self.policy.quota - self._next.get(owner, 0) * self.policy.block
            return max(0, unclaimed) + held - wanted

    def _following(self, owner: str, window: int) -> int:
        with self._lock:
            return self._next.get(owner, 0) if window == self._window else 0

    def _took(self, owner: str, window: int, block: int, taken: bool) -> None:
        with self._lock:
            if window != self._window:
                return
            self._next[owner] = max(block + 1, self._next.get(owner, 0))
            if taken:
                first = block * self.policy.block
                size = min(self.policy.block, self.policy.quota - first)
                self._held[owner] = self._held.get(owner, 0) + size


def _key(name: str, owner: str) -> str:
    return f"{name}:{hashlib.sha256(owner.encode()).hexdigest()}"
