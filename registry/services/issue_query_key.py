"""Plain keys of platforms, for the one call that existing opt-out clients speak (docs/platforms.md)."""

import secrets

from registry.domain.ids import new_id
from registry.errors import InvalidInput, NotFound
from registry.services.actor import Actor
from registry.services.find import the_platform
from registry.services.ledger import Ledger
from registry.services.note_act import note_act
from registry.storage.query_keys import QueryKey

QUERY_KEY_PREFIX = "crq_"


def issue_query_key(ledger: Ledger, platform: str, label: str, by: Actor) -> tuple[QueryKey, str]:
    """A plain key with which the platform may query URLs. Its secret is shown once and kept nowhere.

    Raises: NotFound, InvalidInput (field label).
    """
    the_platform(ledger.uow, platform, field="platform")
    label = label.strip() or "query key"
    if len(label) > 200 or not label.isprintable():
        raise InvalidInput("write one line of at most 200 characters", field="label")
    key = QueryKey(new_id(ledger.now), platform, label, ledger.now)
    secret = QUERY_KEY_PREFIX + secrets.token_urlsafe(32)
    ledger.uow.query_keys.add(key, secret)
    note_act(ledger.uow, "query-key.issued", by, ledger.now, key=key.id, platform=platform)
    return key, secret


def revoke_query_key(ledger: Ledger, id: str, by: Actor) -> str:
    """Ends a plain key at once. Returns the platform whose it was. Raises: NotFound."""
    platform = ledger.uow.query_keys.revoke(id, ledger.now)
    if platform is None:
        raise NotFound(f"there is no query key {id!r} in use", field="key")
    note_act(ledger.uow, "query-key.revoked", by, ledger.now, key=id, platform=platform)
    return platform
