"""Folds rightsholders, works, locations, claims, identifiers and links.

Here the keys are made by which look-ups find a work or location: wide keys and location keys.
"""

from collections.abc import Mapping

from registry.domain.dossiers import (
    HeldClaim,
    HeldIdentifier,
    HeldLink,
    Location,
    Removal,
    Rightsholder,
    Wait,
    Work,
)
from registry.domain.event_body import Sequenced
from registry.domain.events import (
    ClaimBody,
    ClaimMade,
    Event,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkBody,
    LinkConfirmed,
    LinkMade,
    LinkRemovalProposed,
    LocationRegistered,
    RightsholderRegistered,
    Subject,
    WorkRegistered,
)
from registry.domain.folding.access import (
    Dossiers,
    Handler,
    keep,
    the,
    the_claimed,
    the_rightsholder,
    the_work,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location


def _rightsholder_registered(
    dossiers: Dossiers, _entry: Sequenced, event: RightsholderRegistered
) -> None:
    keep(dossiers, Rightsholder(id=event.rightsholder, name=event.name))


def _work_registered(dossiers: Dossiers, _entry: Sequenced, event: WorkRegistered) -> None:
    work = Work(id=event.work, kind=event.kind, title=event.title)
    for text in event.identifiers:
        _add_identifier(dossiers, work, text)
    _add_claim(dossiers, work, Subject("work", work.id), event.claim)
    for link in event.links:
        _add_link(dossiers, work, link, event.claim.rightsholder)
    keep(dossiers, work)


def _location_registered(dossiers: Dossiers, _entry: Sequenced, event: LocationRegistered) -> None:
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
    keep(dossiers, location)


def _rank(expression: str) -> list[int]:
    host, _, path = expression.partition("/")
    return [len(path.split("/")) - 1, len(host.split("."))]


def _claim_made(dossiers: Dossiers, _entry: Sequenced, event: ClaimMade) -> None:
    claimed = the_claimed(dossiers, event.subject)
    _add_claim(dossiers, claimed, event.subject, event.claim)
    keep(dossiers, claimed)


def _add_claim(
    dossiers: Dossiers, claimed: Work | Location, subject: Subject, claim: ClaimBody
) -> None:
    the_rightsholder(dossiers, claim.rightsholder)
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


def _identifier_added(dossiers: Dossiers, _entry: Sequenced, event: IdentifierAdded) -> None:
    work = the_work(dossiers, event.work)
    _add_identifier(dossiers, work, event.identifier)
    keep(dossiers, work)


def _add_identifier(dossiers: Dossiers, work: Work, text: str) -> None:
    """Adding again what a removal waits for makes it stand: the removal is forgotten."""
    identifier = parse_identifier(text)
    exact = str(identifier)
    wide = identifier.wide if identifier.wide != identifier.value else None
    work.identifiers = [held for held in work.identifiers if held.text != exact]
    work.identifiers.append(HeldIdentifier(text=exact, wide=wide))
    dossiers.index(identifier.wide_key, Subject("work", work.id))


def _identifier_removal_proposed(
    dossiers: Dossiers, _entry: Sequenced, event: IdentifierRemovalProposed
) -> None:
    work = the_work(dossiers, event.work)
    removal = Removal(Wait(event.loosening), event.rightsholder, event.takes_effect_at)
    for held in work.identifiers:
        if held.text == event.identifier:
            held.removals = [*held.removals, removal]
    dossiers.handle(event.loosening, Subject("work", work.id))
    keep(dossiers, work)


def _link_made(dossiers: Dossiers, _entry: Sequenced, event: LinkMade) -> None:
    work = the_work(dossiers, event.work)
    _add_link(dossiers, work, LinkBody(event.link, event.kind, event.to), event.rightsholder)
    keep(dossiers, work)


def _add_link(dossiers: Dossiers, work: Work, link: LinkBody, rightsholder: str) -> None:
    the_work(dossiers, link.to)
    work.links.append(HeldLink(id=link.id, kind=link.kind, to=link.to, stands_by=[rightsholder]))
    dossiers.handle(link.id, Subject("work", work.id))


def _link_confirmed(dossiers: Dossiers, _entry: Sequenced, event: LinkConfirmed) -> None:
    work = the_work(dossiers, event.work)
    link = the(work.links, event.link)
    if event.rightsholder not in link.stands_by:
        link.stands_by = [*link.stands_by, event.rightsholder]
    keep(dossiers, work)


def _link_removal_proposed(
    dossiers: Dossiers, _entry: Sequenced, event: LinkRemovalProposed
) -> None:
    work = the_work(dossiers, event.work)
    link = the(work.links, event.link)
    removal = Removal(Wait(event.loosening), event.rightsholder, event.takes_effect_at)
    link.removals = [*link.removals, removal]
    dossiers.handle(event.loosening, Subject("work", work.id))
    keep(dossiers, work)


HANDLERS: Mapping[type[Event], Handler] = {
    RightsholderRegistered: _rightsholder_registered,
    WorkRegistered: _work_registered,
    LocationRegistered: _location_registered,
    ClaimMade: _claim_made,
    IdentifierAdded: _identifier_added,
    IdentifierRemovalProposed: _identifier_removal_proposed,
    LinkMade: _link_made,
    LinkConfirmed: _link_confirmed,
    LinkRemovalProposed: _link_removal_proposed,
}
