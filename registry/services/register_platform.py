"""Platforms: who asks, who belongs to whom, and the keys with which they sign. The operator does it at the command
line; members of a platform do it on its pages (`join_platform`, `read_directory`, `offer_affiliation`).
"""

from collections.abc import Mapping
from typing import Final

from registry.domain.ids import new_id
from registry.domain.operator_events import (
    PlatformAffiliated,
    PlatformAffiliationEnded,
    PlatformKeyAdded,
    PlatformKeyRevoked,
    PlatformRegistered,
)
from registry.errors import Conflict, InvalidInput, NotFound
from registry.services.actor import Actor
from registry.services.find import the_platform
from registry.services.ledger import Ledger
from registry.signing.keys import PublicKey, public_key_from_jwk
from registry.storage.platform_keys import PlatformKey
from registry.storage.unit_of_work import UnitOfWork

MOST_KEYS: Final = 50
"""Of one platform, in use at once."""


def register_platform(ledger: Ledger, name: str, legal_entity: str, by: Actor) -> str:
    """A new platform. Returns its id. Raises: InvalidInput (field)."""
    for field, text in (("name", name), ("legal_entity", legal_entity)):
        if not text.strip() or len(text) > 200 or not text.isprintable():
            raise InvalidInput("write one line of 1 to 200 characters", field=field)
    event = PlatformRegistered(
        platform=new_id(ledger.now), name=name.strip(), legal_entity=legal_entity.strip()
    )
    ledger.append(event, by, details={"platform": event.platform})
    return event.platform


def add_platform_key(
    ledger: Ledger, platform: str, jwk: Mapping[str, object], by: Actor
) -> PublicKey:
    """A public key with which the platform may sign from now on; its RFC 7638 thumbprint is the `keyid`.

    Raises: NotFound, KeyRefused, Conflict where the key is somebody's already.
    """
    the_platform(ledger.uow, platform, field="platform")
    key = fresh_key(ledger.uow, jwk)
    if sum(each.revoked_at is None for each in ledger.uow.platform_keys.of(platform)) >= MOST_KEYS:
        raise Conflict(
            f"a platform has at most {MOST_KEYS} keys in use; revoke one first", field="key"
        )
    ledger.uow.platform_keys.add(PlatformKey(key.kid, platform, dict(key.jwk), ledger.now, None))
    ledger.append(PlatformKeyAdded(platform=platform, kid=key.kid), by, details={"kid": key.kid})
    return key


def fresh_key(uow: UnitOfWork, jwk: Mapping[str, object]) -> PublicKey:
    """A key that is nobody's yet, neither for real nor for tests. Raises: KeyRefused, Conflict (field key)."""
    key = public_key_from_jwk(jwk)
    if uow.platform_keys.find(key.kid) or uow.sandbox_keys.find(key.kid):
        raise Conflict(f"the key {key.kid} is registered already; make a fresh one", field="key")
    return key


def revoke_platform_key(ledger: Ledger, kid: str, by: Actor) -> None:
    """What it signs is refused from now on. Raises: NotFound."""
    key = ledger.uow.platform_keys.find(kid)
    if key is None or not ledger.uow.platform_keys.revoke(kid, ledger.now):
        raise NotFound(f"there is no platform key {kid!r} in use", field="key")
    ledger.uow.directory_keys.forget(kid)
    ledger.append(PlatformKeyRevoked(platform=key.platform, kid=kid), by, details={"kid": kid})


def affiliate_platform(ledger: Ledger, platform: str, parent: str, by: Actor) -> None:
    """What names the parent names this platform too: every deny, and what is allowed from now on.

    Raises: NotFound, InvalidInput, Conflict where it is affiliated already.
    """
    check_affiliation(ledger.uow, platform, parent)
    ledger.append(PlatformAffiliated(platform=platform, parent=parent), by)


def check_affiliation(uow: UnitOfWork, platform: str, parent: str) -> None:
    """Raises: NotFound, InvalidInput, Conflict where these two cannot become affiliated."""
    the_platform(uow, parent, field="parent")
    if platform == parent:
        raise InvalidInput("a platform is not its own affiliate", field="parent")
    affiliations = the_platform(uow, platform, field="platform").affiliations
    if any(each.parent == parent and not each.ended for each in affiliations):
        raise Conflict("they are affiliated already", field="parent")


def end_affiliation(ledger: Ledger, platform: str, parent: str, by: Actor) -> None:
    """What is allowed to the parent no longer reaches this platform; denials still do.

    Raises: NotFound.
    """
    affiliations = the_platform(ledger.uow, platform, field="platform").affiliations
    if not any(each.parent == parent and not each.ended for each in affiliations):
        raise NotFound("they are not affiliated", field="parent")
    ledger.append(PlatformAffiliationEnded(platform=platform, parent=parent), by)
