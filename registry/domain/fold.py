"""Folding events into dossiers: the one place where the log becomes what look-ups read.

The same code keeps the store's projection in step, rebuilds it, and replays a log in memory, so the three
cannot drift. An event that refers to something unknown is a broken log: LookupError, never ignored.
"""

import base64
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from registry.domain import events as ev
from registry.domain.dossiers import (
    Affiliation,
    Dossier,
    DossierKind,
    Grant,
    HeldClaim,
    HeldDeclaration,
    HeldIdentifier,
    HeldLink,
    HeldWithdrawal,
    Location,
    Objection,
    Platform,
    Removal,
    Rightsholder,
    Wait,
    Work,
)
from registry.domain.events import Event, Sequenced, Subject
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.domain.vocabulary import LinkKind

E = TypeVar("E", bound=Event)


class Dossiers(Protocol):
    """Where dossiers live while they are folded: in memory (`state.py`) or in the store."""

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        """The dossier as folded so far. Raises: LookupError."""

    def keep(self, kind: DossierKind, dossier: Dossier) -> None:
        """Takes note that this dossier is new or has changed."""

    def index(self, key: bytes, subject: Subject) -> None:
        """From now on `key` (a wide key or a location key) leads to this work or location."""

    def handle(self, id: str, subject: Subject) -> None:
        """From now on `id` (claim, link, grant, declaration, loosening, dispute) is found in this dossier."""

    def hold(self, rightsholder: str, subject: Subject) -> None:
        """From now on this work or location is among what the rightsholder claims."""


Handler = Callable[[Dossiers, Sequenced, Any], None]
_handlers: dict[type[Event], Handler] = {}


def fold(dossiers: Dossiers, entry: Sequenced) -> None:
    """Brings the dossiers that `entry` touches up to date.

    Raises: LookupError where it refers to a dossier that no earlier event made.
    """
    handler = _handlers.get(type(entry.event))
    if handler is not None:
        handler(dossiers, entry, entry.event)


def _folds(kind: type[E]) -> Callable[[Callable[[Dossiers, Sequenced, E], None]], None]:
    def register(handler: Callable[[Dossiers, Sequenced, E], None]) -> None:
        _handlers[kind] = handler

    return register


def digest_text(digest: bytes) -> str:
    """`sha-256=:base64:` (RFC 9530), the spelling of digests everywhere in answers."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


# -- reading dossiers ---------------------------------------------------------------------------------


def _work(dossiers: Dossiers, id: str) -> Work:
    return cast(Work, dossiers.dossier("work", id))


def _rightsholder(dossiers: Dossiers, id: str) -> Rightsholder:
    return cast(Rightsholder, dossiers.dossier("rightsholder", id))


def _platform(dossiers: Dossiers, id: str) -> Platform:
    return cast(Platform, dossiers.dossier("platform", id))


def _claimed(dossiers: Dossiers, subject: Subject) -> Work | Location:
    kind: DossierKind = "location" if subject.kind == "location" else "work"
    return cast("Work | Location", dossiers.dossier(kind, subject.id))


def _declared(dossiers: Dossiers, subject: Subject) -> Work | Location | Rightsholder:
    if subject.kind == "catalogue":
        return _rightsholder(dossiers, subject.id)
    return _claimed(dossiers, subject)


def _keep(dossiers: Dossiers, dossier: Work | Location | Rightsholder | Platform) -> None:
    kind = cast(DossierKind, type(dossier).__name__.lower())
    dossiers.keep(kind, dossier)


T = TypeVar("T")


def _the(items: list[T], id: str) -> T:
    for item in items:
        if getattr(item, "id", None) == id:
            return item
    raise LookupError(f"the log refers to {id}, which no earlier event made")


# -- rightsholders, works, locations, claims ------------------------------------------------------------


@_folds(ev.RightsholderRegistered)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.RightsholderRegistered) -> None:
    _keep(dossiers, Rightsholder(id=event.rightsholder, name=event.name))


@_folds(ev.WorkRegistered)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.WorkRegistered) -> None:
    work = Work(id=event.work, kind=event.kind, title=event.title)
    for text in event.identifiers:
        _add_identifier(dossiers, work, text)
    _add_claim(dossiers, work, Subject("work", work.id), event.claim)
    for link in event.links:
        _add_link(dossiers, work, link.id, link.kind, link.to, event.claim.rightsholder)
    _keep(dossiers, work)


@_folds(ev.LocationRegistered)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.LocationRegistered) -> None:
    place = parse_location(event.url, subdomains=event.subdomains)
    location = Location(
        id=event.location,
        url=place.url,
        subdomains=place.subdomains,
        whole_host=place.whole_host,
        expression=place.expression,
        rank=_rank(place.expression),
    )
    subject = Subject("location", location.id)
    dossiers.index(place.key, subject)
    _add_claim(dossiers, location, subject, event.claim)
    _keep(dossiers, location)


def _rank(expression: str) -> list[int]:
    host, _, path = expression.partition("/")
    return [len(path.split("/")) - 1, len(host.split("."))]


@_folds(ev.ClaimMade)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.ClaimMade) -> None:
    claimed = _claimed(dossiers, event.subject)
    _add_claim(dossiers, claimed, event.subject, event.claim)
    _keep(dossiers, claimed)


def _add_claim(
    dossiers: Dossiers, claimed: Work | Location, subject: Subject, claim: ev.ClaimBody
) -> None:
    claimed.claims.append(
        HeldClaim(
            id=claim.id,
            rightsholder=claim.rightsholder,
            role=claim.role,
            inside=claim.inside,
            sole=claim.sole,
        )
    )
    dossiers.handle(claim.id, subject)
    dossiers.hold(claim.rightsholder, subject)


# -- identifiers and links ------------------------------------------------------------------------------


@_folds(ev.IdentifierAdded)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.IdentifierAdded) -> None:
    work = _work(dossiers, event.work)
    _add_identifier(dossiers, work, event.identifier)
    _keep(dossiers, work)


def _add_identifier(dossiers: Dossiers, work: Work, text: str) -> None:
    """Adding again what a removal waits for makes it stand: the removal is forgotten."""
    identifier = parse_identifier(text)
    exact = str(identifier)
    wide = identifier.wide if identifier.wide != identifier.value else None
    work.identifiers = [held for held in work.identifiers if held.text != exact]
    work.identifiers.append(HeldIdentifier(text=exact, wide=wide))
    dossiers.index(identifier.wide_key, Subject("work", work.id))


@_folds(ev.IdentifierRemovalProposed)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.IdentifierRemovalProposed) -> None:
    work = _work(dossiers, event.work)
    removal = Removal(Wait(event.loosening), event.rightsholder, event.takes_effect_at)
    for held in work.identifiers:
        if held.text == event.identifier:
            held.removals = [*held.removals, removal]
    dossiers.handle(event.loosening, Subject("work", work.id))
    _keep(dossiers, work)


@_folds(ev.LinkMade)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.LinkMade) -> None:
    work = _work(dossiers, event.work)
    _add_link(dossiers, work, event.link, event.kind, event.to, event.rightsholder)
    _keep(dossiers, work)


def _add_link(
    dossiers: Dossiers, work: Work, id: str, kind: LinkKind, to: str, rightsholder: str
) -> None:
    work.links.append(HeldLink(id=id, kind=kind, to=to, stands_by=[rightsholder]))
    dossiers.handle(id, Subject("work", work.id))


@_folds(ev.LinkConfirmed)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.LinkConfirmed) -> None:
    work = _work(dossiers, event.work)
    link = _the(work.links, event.link)
    if event.rightsholder not in link.stands_by:
        link.stands_by = [*link.stands_by, event.rightsholder]
    _keep(dossiers, work)


@_folds(ev.LinkRemovalProposed)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.LinkRemovalProposed) -> None:
    work = _work(dossiers, event.work)
    link = _the(work.links, event.link)
    removal = Removal(Wait(event.loosening), event.rightsholder, event.takes_effect_at)
    link.removals = [*link.removals, removal]
    dossiers.handle(event.loosening, Subject("work", work.id))
    _keep(dossiers, work)


# -- proof, disputes, objections ------------------------------------------------------------------------


@_folds(ev.AssuranceGained)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.AssuranceGained) -> None:
    claimed = _claimed(dossiers, event.subject)
    claim = _the(claimed.claims, event.claim)
    if claim.ended:
        return
    dossiers.handle(event.grant, event.subject)
    grant = Grant(
        id=event.grant,
        claim=event.claim,
        level=event.level,
        identifier=event.identifier,
        prefix=event.prefix,
        location=event.location,
        subdomains=event.subdomains,
    )
    if event.identifier is not None:
        claim.grants = [*claim.grants, grant]
        _keep(dossiers, claimed)
        return
    holder = _rightsholder(dossiers, event.rightsholder)
    grant.disputes = list(claim.disputes)
    holder.grants = [*holder.grants, grant]
    _keep(dossiers, holder)


@_folds(ev.AssuranceLapsed)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.AssuranceLapsed) -> None:
    claimed = _claimed(dossiers, event.subject)
    claim = _the(claimed.claims, event.claim)
    holder = _rightsholder(dossiers, event.rightsholder)
    claim.grants = [grant for grant in claim.grants if grant.id != event.grant]
    holder.grants = [grant for grant in holder.grants if grant.id != event.grant]
    _keep(dossiers, claimed)
    _keep(dossiers, holder)


@_folds(ev.DisputeOpened)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.DisputeOpened) -> None:
    claimed = _claimed(dossiers, event.subject)
    claim = _the(claimed.claims, event.claim)
    claim.disputes = [*claim.disputes, event.dispute]
    dossiers.handle(event.dispute, event.subject)
    _keep(dossiers, claimed)
    holder = _rightsholder(dossiers, event.rightsholder)
    for grant in holder.grants:
        if grant.claim == claim.id:
            grant.disputes = list(claim.disputes)
    _keep(dossiers, holder)


@_folds(ev.DisputeDecided)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.DisputeDecided) -> None:
    claimed = _claimed(dossiers, event.subject)
    claim = _the(claimed.claims, event.claim)
    holder = _rightsholder(dossiers, event.rightsholder)
    claim.disputes = [dispute for dispute in claim.disputes if dispute != event.dispute]
    if event.upheld:
        claim.ended = True
        holder.grants = [grant for grant in holder.grants if grant.claim != claim.id]
    for grant in holder.grants:
        if grant.claim == claim.id:
            grant.disputes = list(claim.disputes)
    _keep(dossiers, claimed)
    _keep(dossiers, holder)


@_folds(ev.ClaimObjected)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.ClaimObjected) -> None:
    claimed = _claimed(dossiers, event.subject)
    claim = _the(claimed.claims, event.claim)
    claim.objections = [*claim.objections, Objection(by=event.by, at=entry.at)]
    _keep(dossiers, claimed)


@_folds(ev.ObjectionAnswered)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.ObjectionAnswered) -> None:
    claimed = _claimed(dossiers, event.subject)
    _the(claimed.claims, event.claim).objections = []
    _keep(dossiers, claimed)


# -- declarations ---------------------------------------------------------------------------------------


@_folds(ev.Declared)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.Declared) -> None:
    dossier = _declared(dossiers, event.subject)
    dossier.declarations.append(
        HeldDeclaration(
            wait=Wait(
                id=event.declaration,
                confirmed_at=entry.at if event.confirmed else None,
            ),
            seq=entry.seq,
            at=entry.at,
            digest=digest_text(entry.digest),
            rightsholder=event.rightsholder,
            statements=list(event.statements),
            grantee=event.grantee,
        )
    )
    dossiers.handle(event.declaration, event.subject)
    _keep(dossiers, dossier)


@_folds(ev.Withdrawn)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.Withdrawn) -> None:
    dossier = _declared(dossiers, event.subject)
    declaration = _the(dossier.declarations, event.declaration)
    declaration.withdrawals = [
        *declaration.withdrawals,
        HeldWithdrawal(
            wait=Wait(id=event.withdrawal, confirmed_at=entry.at if event.confirmed else None),
            at=entry.at,
            ends={end.usage: end.takes_effect_at for end in event.ends},
            digest=digest_text(entry.digest),
        ),
    ]
    dossiers.handle(event.withdrawal, event.subject)
    _keep(dossiers, dossier)


@_folds(ev.LooseningConfirmed)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.LooseningConfirmed) -> None:
    dossier = _declared(dossiers, event.subject)
    wait = find_wait(dossier, event.loosening)
    if wait is not None and wait.confirmed_at is None:
        wait.confirmed_at = entry.at
    _keep(dossiers, dossier)


@_folds(ev.LooseningCancelled)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.LooseningCancelled) -> None:
    dossier = _declared(dossiers, event.subject)
    wait = find_wait(dossier, event.loosening)
    if wait is not None and wait.cancelled_at is None:
        wait.cancelled_at = entry.at
    _keep(dossiers, dossier)


def find_wait(dossier: Work | Location | Rightsholder, loosening: str) -> Wait | None:
    """The declaration, withdrawal or removal with this id, as something that waits; None where it was
    forgotten, because what it would take away was added again."""
    waits = [declaration.wait for declaration in dossier.declarations]
    waits += [end.wait for declaration in dossier.declarations for end in declaration.withdrawals]
    if isinstance(dossier, Work):
        waits += [gone.wait for held in dossier.identifiers for gone in held.removals]
        waits += [gone.wait for link in dossier.links for gone in link.removals]
    return next((wait for wait in waits if wait.id == loosening), None)


# -- platforms ------------------------------------------------------------------------------------------


@_folds(ev.PlatformRegistered)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.PlatformRegistered) -> None:
    _keep(
        dossiers,
        Platform(id=event.platform, name=event.name, legal_entity=event.legal_entity),
    )


@_folds(ev.PlatformAffiliated)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.PlatformAffiliated) -> None:
    platform = _platform(dossiers, event.platform)
    platform.affiliations.append(Affiliation(parent=event.parent, since=entry.seq))
    _keep(dossiers, platform)


@_folds(ev.PlatformAffiliationEnded)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.PlatformAffiliationEnded) -> None:
    platform = _platform(dossiers, event.platform)
    for affiliation in platform.affiliations:
        if affiliation.parent == event.parent:
            affiliation.ended = True
    _keep(dossiers, platform)


@_folds(ev.PlatformKeyAdded)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.PlatformKeyAdded) -> None:
    platform = _platform(dossiers, event.platform)
    platform.keys.append(event.kid)
    _keep(dossiers, platform)


@_folds(ev.PlatformKeyRevoked)
def _(dossiers: Dossiers, entry: Sequenced, event: ev.PlatformKeyRevoked) -> None:
    platform = _platform(dossiers, event.platform)
    platform.keys = [kid for kid in platform.keys if kid != event.kid]
    _keep(dossiers, platform)
