"""What counts once: nonces of signed requests and ids of client assertions, in the store that all workers share.

A store that lost its memory (it is younger than the log) cannot tell what was sent before it: what may have been
signed before its birth, by a clock as far ahead as is allowed, is too old.
"""

from enum import Enum

from registry.bootstrap import Registry


class Spending(Enum):
    """What came of it."""

    FRESH = "never sent before"
    SPENT = "sent before"
    TOO_OLD = "signed before the store can tell"


class SpentOnce:
    """The memory of one registry. One instance a process, used by all threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._skew = registry.settings.clock_skew
        self._log_began_at: int | None = None

    def spend(self, owner: str, nonce: str, *, signed_at: int, until: int, now: int) -> Spending:
        """Spends what `owner` signed at `signed_at`, to be remembered until then (ms).

        Raises: Unavailable where the store is away.
        """
        born_at = self._registry.nonces.spend_since(owner, nonce, until=until, now=now)
        if born_at is None:
            return Spending.SPENT
        if signed_at < born_at + self._skew and born_at > self._began():
            return Spending.TOO_OLD
        return Spending.FRESH

    def _began(self) -> int:
        """When the log's first event was sequenced (ms). No key was registered before that."""
        if self._log_began_at is None:
            with self._registry.reading() as uow:
                first = list(uow.log.events(0, 1))
            if not first:
                return -1
            self._log_began_at = first[0].at
        return self._log_began_at
