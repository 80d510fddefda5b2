"""Which dossiers an event touches: what a follower of the log has to look at again.

Read from the event alone, without folding it; tests/domain/test_touched.py holds it against what folding changes. An
event of a kind that is not in the table touches everything that it names: rather too much than too little.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from registry.domain.dossiers import DossierKind
from registry.domain.event_body import AnyEvent
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    ClaimBody,
    ClaimMade,
    ClaimObjected,
    Declared,
    DisputeDecided,
    DisputeOpened,
    Event,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LinkMade,
    LinkRemovalProposed,
    LocationRegistered,
    LooseningCancelled,
    LooseningConfirmed,
    ObjectionAnswered,
    RightsholderErased,
    RightsholderRegistered,
    Subject,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.operator_events import (
    ActsRooted,
    AsksRooted,
    KeyAdded,
    KeyCompromised,
    KeyRetired,
    PlatformAffiliated,
    PlatformAffiliationEnded,
    PlatformKeyAdded,
    PlatformKeyRevoked,
    PlatformRegistered,
    RuleTablesAdopted,
)

_NOBODY = frozenset((None, ""))
_PARTIES = ("rightsholder", "grantee", "platform", "parent", "objector")

Touched = tuple[DossierKind, str]
"""A dossier: its kind and id."""


def touched(event: AnyEvent) -> tuple[Touched, ...]:
    """The dossiers that this event makes or changes, each once."""
    find = _TOUCHED.get(type(event), _whatever_it_names)
    return tuple(dict.fromkeys(find(event)))


def named(event: AnyEvent) -> set[str]:
    """Everybody and everything by whose id an event is looked for: what it touches, and the rightsholders and platforms
    that it names."""
    kind = type(event)
    found = {id for _, id in _TOUCHED.get(kind, _whatever_it_names)(event)}
    for name in _parties_of(kind):
        found.add(getattr(event, name))
    claim = getattr(event, "claim", None)
    if isinstance(claim, ClaimBody):
        found.add(claim.rightsholder)
    found -= _NOBODY
    return found


@cache
def _parties_of(kind: type[Event]) -> tuple[str, ...]:
    """Which of its members name a rightsholder or platform."""
    return tuple(name for name in _PARTIES if name in kind.__struct_fields__)


def _on(subject: Subject) -> Touched:
    return ("rightsholder" if subject.kind == "catalogue" else subject.kind), subject.id


def _nothing(_event: Any) -> tuple[Touched, ...]:
    return ()


def _rightsholder(event: Any) -> tuple[Touched, ...]:
    return (("rightsholder", event.rightsholder),)


def _work(event: Any) -> tuple[Touched, ...]:
    return (("work", event.work),)


def _location(event: Any) -> tuple[Touched, ...]:
    return (("location", event.location),)


def _subject(event: Any) -> tuple[Touched, ...]:
    return (_on(event.subject),)


def _subject_and_holder(event: Any) -> tuple[Touched, ...]:
    return _on(event.subject), ("rightsholder", event.rightsholder)


def _platform(event: Any) -> tuple[Touched, ...]:
    return (("platform", event.platform),)


def _where_a_grant_is_kept(event: AssuranceGained) -> tuple[Touched, ...]:
    """With the claim if it is for one identifier; else with the rightsholder, since it counts for all their claims."""
    return _subject(event) if event.identifier is not None else _rightsholder(event)


def _whatever_it_names(event: Any) -> tuple[Touched, ...]:
    found: list[Touched] = []
    for kind in ("work", "location", "rightsholder", "platform"):
        id = getattr(event, kind, None)
        if isinstance(id, str):
            found.append((kind, id))
    subject = getattr(event, "subject", None)
    return (*found, _on(subject)) if isinstance(subject, Subject) else tuple(found)


_TOUCHED: Mapping[type[Event], Callable[[Any], tuple[Touched, ...]]] = {
    RuleTablesAdopted: _nothing,
    RightsholderRegistered: _rightsholder,
    RightsholderErased: _rightsholder,
    WorkRegistered: _work,
    LocationRegistered: _location,
    ClaimMade: _subject,
    IdentifierAdded: _work,
    IdentifierRemovalProposed: _work,
    LinkMade: _work,
    LinkConfirmed: _work,
    LinkRemovalProposed: _work,
    AssuranceGained: _where_a_grant_is_kept,
    AssuranceLapsed: _subject_and_holder,
    Declared: _subject,
    Withdrawn: _subject,
    LooseningConfirmed: _subject,
    LooseningCancelled: _subject,
    DisputeOpened: _subject_and_holder,
    DisputeDecided: _subject_and_holder,
    ClaimObjected: _subject,
    ObjectionAnswered: _subject,
    PlatformRegistered: _platform,
    PlatformAffiliated: _platform,
    PlatformAffiliationEnded: _platform,
    PlatformKeyAdded: _platform,
    PlatformKeyRevoked: _platform,
    KeyAdded: _nothing,
    KeyRetired: _nothing,
    KeyCompromised: _nothing,
    AsksRooted: _nothing,
    ActsRooted: _nothing,
}
