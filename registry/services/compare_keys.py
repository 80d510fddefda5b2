"""The key tables held against the log: who may sign is logged, and the tables only repeat it."""

from dataclasses import replace

from registry.domain.events import Event
from registry.domain.operator_events import (
    KeyAdded,
    KeyCompromised,
    KeyRetired,
    PlatformKeyAdded,
    PlatformKeyRevoked,
)
from registry.errors import VerificationFailed
from registry.signing.keys import public_key_from_jwk
from registry.storage.key_table import StoredKey
from registry.storage.unit_of_work import UnitOfWork


class LoggedKeys:
    """The keys as the events say, folded one after the other."""

    def __init__(self) -> None:
        self._keys: dict[str, StoredKey] = {}
        self._platforms: dict[str, tuple[str, int, int | None]] = {}

    def apply(self, event: Event, at: int) -> None:
        """The next event, with its time (ms). Raises: VerificationFailed for a key that was never added."""
        match event:
            case KeyAdded():
                self._keys[event.kid] = StoredKey(
                    event.kid,
                    event.purpose,
                    event.algorithm,
                    event.jwk,
                    event.not_before,
                    None,
                    None,
                )
            case KeyRetired():
                self._keys[event.kid] = replace(self._known(event.kid), not_after=at)
            case KeyCompromised():
                self._keys[event.kid] = replace(self._known(event.kid), compromised_at=event.since)
            case PlatformKeyAdded():
                self._platforms[event.kid] = (event.platform, at, None)
            case PlatformKeyRevoked():
                _, added_at, _ = self._platforms.get(event.kid, (event.platform, at, None))
                self._platforms[event.kid] = (event.platform, added_at, at)

    def of_the_registry(self) -> list[StoredKey]:
        """The registry's own keys, in the order in which they were added."""
        return list(self._keys.values())

    def compare(self, uow: UnitOfWork) -> int:
        """Returns how many rows were compared. Raises: VerificationFailed naming the first wrong key."""
        stored = {key.kid: key for key in uow.keys.all()}
        for kid in sorted({*stored, *self._keys}):
            if stored.get(kid) != self._keys.get(kid):
                raise _wrong("signing_keys", kid)
        platforms = {key.kid: key for key in uow.platform_keys.all()}
        for kid in sorted({*platforms, *self._platforms}):
            row = platforms.get(kid)
            said = None if row is None else (row.platform, row.added_at, row.revoked_at)
            if row is None or said != self._platforms.get(kid):
                raise _wrong("platform_keys", kid)
            if public_key_from_jwk(row.jwk).kid != kid:
                raise _wrong("platform_keys", kid)
        return len(stored) + len(platforms)

    def _known(self, kid: str) -> StoredKey:
        if kid not in self._keys:
            raise VerificationFailed(f"the log retires a key {kid} that it never added")
        return self._keys[kid]


def _wrong(table: str, kid: str) -> VerificationFailed:
    return VerificationFailed(
        f"{table} [kid={kid}] is not what the log says of that key: it was added, removed or changed by hand"
    )
