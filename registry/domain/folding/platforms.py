"""Folds those who ask: platforms, whom they belong to, and their keys."""

from collections.abc import Mapping

from registry.domain.dossiers import Affiliation, Platform
from registry.domain.event_body import Sequenced
from registry.domain.events import Event
from registry.domain.folding.access import Dossiers, Handler, keep, the_platform
from registry.domain.operator_events import (
    PlatformAffiliated,
    PlatformAffiliationEnded,
    PlatformKeyAdded,
    PlatformKeyRevoked,
    PlatformRegistered,
)


def _platform_registered(dossiers: Dossiers, _entry: Sequenced, event: PlatformRegistered) -> None:
    keep(
        dossiers,
        Platform(id=event.platform, name=event.name, legal_entity=event.legal_entity),
    )


def _platform_affiliated(dossiers: Dossiers, entry: Sequenced, event: PlatformAffiliated) -> None:
    platform = the_platform(dossiers, event.platform)
    the_platform(dossiers, event.parent)
    platform.affiliations.append(Affiliation(parent=event.parent, since=entry.seq))
    keep(dossiers, platform)


def _platform_affiliation_ended(
    dossiers: Dossiers, _entry: Sequenced, event: PlatformAffiliationEnded
) -> None:
    platform = the_platform(dossiers, event.platform)
    for affiliation in platform.affiliations:
        if affiliation.parent == event.parent:
            affiliation.ended = True
    keep(dossiers, platform)


def _platform_key_added(dossiers: Dossiers, _entry: Sequenced, event: PlatformKeyAdded) -> None:
    platform = the_platform(dossiers, event.platform)
    platform.keys.append(event.kid)
    keep(dossiers, platform)


def _platform_key_revoked(dossiers: Dossiers, _entry: Sequenced, event: PlatformKeyRevoked) -> None:
    platform = the_platform(dossiers, event.platform)
    platform.keys = [kid for kid in platform.keys if kid != event.kid]
    keep(dossiers, platform)


HANDLERS: Mapping[type[Event], Handler] = {
    PlatformRegistered: _platform_registered,
    PlatformAffiliated: _platform_affiliated,
    PlatformAffiliationEnded: _platform_affiliation_ended,
    PlatformKeyAdded: _platform_key_added,
    PlatformKeyRevoked: _platform_key_revoked,
}
