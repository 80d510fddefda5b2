"""Test keys of a platform: with them it asks the sandbox, and nothing else. In the registry's books, not in the log,
since no answer depends on them.
"""

from collections.abc import Mapping
from typing import Final

from registry.errors import Conflict, NotFound
from registry.services.actor import Actor
from registry.services.find import the_platform
from registry.services.note_act import note_act
from registry.services.register_platform import fresh_key
from registry.signing.keys import PublicKey
from registry.storage.platform_keys import PlatformKey
from registry.storage.unit_of_work import UnitOfWork

MOST_TEST_KEYS: Final = 20
"""Of one platform, in use at once."""


def add_test_key(
    uow: UnitOfWork, platform: str, jwk: Mapping[str, object], now: int, by: Actor
) -> PublicKey:
    """A public key to which the sandbox answers from now on. Raises: NotFound, KeyRefused, Conflict (field key)."""
    the_platform(uow, platform, field="platform")
    key = fresh_key(uow, jwk)
    if sum(each.revoked_at is None for each in uow.sandbox_keys.of(platform)) >= MOST_TEST_KEYS:
        raise Conflict(
            f"a platform has at most {MOST_TEST_KEYS} test keys in use; revoke one first",
            field="key",
        )
    uow.sandbox_keys.add(PlatformKey(key.kid, platform, dict(key.jwk), now, None))
    note_act(uow, "test-key.added", by, now, key=key.kid, platform=platform)
    return key


def revoke_test_key(uow: UnitOfWork, platform: str, kid: str, now: int, by: Actor) -> None:
    """The sandbox answers it no more. Raises: NotFound where the platform has no such test key in use."""
    key = uow.sandbox_keys.find(kid)
    if key is None or key.platform != platform or not uow.sandbox_keys.revoke(kid, now):
        raise NotFound(f"there is no test key {kid!r} in use", field="key")
    note_act(uow, "test-key.revoked", by, now, key=kid, platform=platform)
