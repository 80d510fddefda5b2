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


class _Places:
    """What one process knows of an owner's places in this minute: the first block not known to be taken, the places
    left of the blocks that it took, and these with all of blocks that nobody is known to have taken."""

    __slots__ = ("following", "held", "left")

    def __init__(self, quota: int) -> None:
        self.following = 0
        self.held = 0
        self.left = quota


class RateLimit:
    """The count of one process; never exceeded over all processes that share the store."""

    def __init__(self, nonces: NonceStore, policy: Policy) -> None:
        self._policy = policy
        self._nonces = nonces
        self._lock = threading.Lock()
        self._window = -1
        self._places: dict[str, _Places] = {}
        self._standing = f'"{policy.name}";q={policy.quota};w={WINDOW_MS // 1000}'
        self._left = f'"{policy.name}";r='

    def take(self, owner: str, now: int, places: int = 1) -> dict[str, str]:
        """Takes places for this owner at `now` (ms); returns the RateLimit header fields.

        More places than the quota count as the quota. Raises: TooManyRequestsError where too few are left,
        Unavailable where the store is away.
        """
        policy = self._policy
        quota = policy.quota
        if not quota:
            return {}
        window, into = divmod(now, WINDOW_MS)
        seconds = -(-(WINDOW_MS - into) // 1000)
        wanted = places if places < quota else quota
        while True:
            left = self._use(owner, window, wanted)
            if left is not None:
                return self._fields(left, seconds)
            block = self._following(owner, window)
            if block * policy.block >= quota:
                raise TooManyRequestsError(
                    f"{quota} a minute are answered {policy.advice}; ask again in {seconds} s",
                    {"Retry-After": str(seconds), **self._fields(0, seconds)},
                )
            taken = self._nonces.spend(
                _key(policy.name, owner),
                f"{window}:{block}",
                until=(window + 1) * WINDOW_MS,
                now=now,
            )
            self._took(owner, window, block, taken)

    def _fields(self, left: int, seconds: int) -> dict[str, str]:
        """The RateLimit fields: places left, and seconds until all are free again."""
        return {
            "RateLimit-Policy": self._standing,
            "RateLimit": f"{self._left}{left};t={seconds}",
        }

    def _use(self, owner: str, window: int, wanted: int) -> int | None:
        """Uses places that this process holds: how many the owner has left, or None for too few."""
        with self._lock:
            if window != self._window or len(self._places) > MOST_REMEMBERED:
                # forgetting only costs a look at each block again
                self._window = window
                self._places.clear()
            places = self._places.get(owner)
            if places is None or places.held < wanted:
                return None
            places.held -= wanted
            places.left -= wanted
            return places.left

    def _following(self, owner: str, window: int) -> int:
        with self._lock:
            places = self._places.get(owner) if window == self._window else None
            return 0 if places is None else places.following

    def _took(self, owner: str, window: int, block: int, taken: bool) -> None:
        quota, size = self._policy.quota, self._policy.block
        with self._lock:
            if window != self._window:
                return
            places = self._places.get(owner)
            if places is None:
                places = self._places[owner] = _Places(quota)
            places.following = max(block + 1, places.following)
            if taken:
                places.held += min(size, quota - block * size)
            places.left = max(0, quota - places.following * size) + places.held


def _key(name: str, owner: str) -> str:
    return f"{name}:{hashlib.sha256(owner.encode()).hexdigest()}"
