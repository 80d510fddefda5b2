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
    Stander,
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
    RightsholderErased,
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
from registry.domain.removals import identifiers_of


def _rightsholder_registered(
    dossiers: Dossiers, _entry: Sequenced, event: RightsholderRegistered
) -> None:
    keep(dossiers, Rightsholder(id=event.rightsholder, name=event.name))


def _rightsholder_erased(dossiers: Dossiers, _entry: Sequenced, event: RightsholderErased) -> None:
    """The names are gone from the events themselves, so there is nothing to take out of what was folded."""
    holder = the_rightsholder(dossiers, event.rightsholder)
    holder.erased = True
    keep(dossiers, holder)


def _work_registered(dossiers: Dossiers, entry: Sequenced, event: WorkRegistered) -> None:
    work = Work(id=event.work, kind=event.kind, title=event.title)
    for text in event.identifiers:
        _add_identifier(dossiers, entry, work, text)
    _add_claim(dossiers, entry, work, event.claim)
    for link in event.links:
        _add_link(dossiers, entry, work, link, event.claim.rightsholder)
    keep(dossiers, work)


def _location_registered(dossiers: Dossiers, entry: Sequenced, event: LocationRegistered) -> None:
    place = parse_location(event.url, subdomains=event.subdomains)
    location = Location(
        id=event.location,
        url=place.url,
        subdomains=place.subdomains,
        whole_host=place.whole_host,
        expression=place.expression,
        rank=_rank(place.expression),
    )
    dossiers.index(place.key, Subject("location", location.id))
    _add_claim(dossiers, entry, location, event.claim)
    keep(dossiers, location)


def _rank(expression: str) -> list[int]:
    host, _, path = expression.partition("/")
    return [len(path.split("/")) - 1, len(host.split("."))]


def _claim_made(dossiers: Dossiers, entry: Sequenced, event: ClaimMade) -> None:
    claimed = the_claimed(dossiers, event.subject)
    _add_claim(dossiers, entry, claimed, event.claim)
    keep(dossiers, claimed)


def _add_claim(
    dossiers: Dossiers, entry: Sequenced, claimed: Work | Location, claim: ClaimBody
) -> None:
    the_rightsholder(dossiers, claim.rightsholder)
    claimed.claims.append(
        HeldClaim(
            id=claim.id,
            seq=entry.seq,
            at=entry.at,
            rightsholder=claim.rightsholder,
            role=claim.role,
            inside=claim.inside,
            sole=claim.sole,
        )
    )
    subject = Subject("work" if isinstance(claimed, Work) else "location", claimed.id)
    dossiers.handle(claim.id, subject)
    dossiers.hold(claim.rightsholder, subject)


# -- identifiers and links ------------------------------------------------------------------------------


def _identifier_added(dossiers: Dossiers, entry: Sequenced, event: IdentifierAdded) -> None:
    work = the_work(dossiers, event.work)
    _add_identifier(dossiers, entry, work, event.identifier)
    keep(dossiers, work)


def _add_identifier(dossiers: Dossiers, entry: Sequenced, work: Work, text: str) -> None:
    """Adding again what a removal waits for makes it stand: the removal is forgotten. It keeps its place in
    the log unless it was gone by then."""
    identifier = parse_identifier(text)
    exact = str(identifier)
    wide = identifier.wide if identifier.wide != identifier.value else None
    standing = [held.seq for held in identifiers_of(work, entry.at) if held.text == exact]
    work.identifiers = [held for held in work.identifiers if held.text != exact]
    work.identifiers.append(HeldIdentifier(exact, min(standing, default=entry.seq), wide))
    dossiers.index(identifier.wide_key, Subject("work", work.id))


def _identifier_removal_proposed(
    dossiers: Dossiers, entry: Sequenced, event: IdentifierRemovalProposed
) -> None:
    work = the_work(dossiers, event.work)
    removal = Removal(Wait(event.loosening), event.rightsholder, event.takes_effect_at, entry.seq)
    for held in work.identifiers:
        if held.text == event.identifier:
            held.removals = [*held.removals, removal]
    dossiers.handle(event.loosening, Subject("work", work.id))
    keep(dossiers, work)


def _link_made(dossiers: Dossiers, entry: Sequenced, event: LinkMade) -> None:
    work = the_work(dossiers, event.work)
    link = LinkBody(event.link, event.kind, event.to)
    _add_link(dossiers, entry, work, link, event.rightsholder)
    keep(dossiers, work)


def _add_link(
    dossiers: Dossiers, entry: Sequenced, work: Work, link: LinkBody, rightsholder: str
) -> None:
    the_work(dossiers, link.to)
    stander = Stander(rightsholder, entry.seq, entry.at)
    work.links.append(HeldLink(link.id, link.kind, link.to, [stander]))
    dossiers.handle(link.id, Subject("work", work.id))


def _link_confirmed(dossiers: Dossiers, entry: Sequenced, event: LinkConfirmed) -> None:
    work = the_work(dossiers, event.work)
    link = the(work.links, event.link)
    if not any(each.rightsholder == event.rightsholder for each in link.stands_by):
        link.stands_by = [*link.stands_by, Stander(event.rightsholder, entry.seq, entry.at)]
    keep(dossiers, work)


def _link_removal_proposed(
    dossiers: Dossiers, entry: Sequenced, event: LinkRemovalProposed
) -> None:
    work = the_work(dossiers, event.work)
    link = the(work.links, event.link)
    removal = Removal(Wait(event.loosening), event.rightsholder, event.takes_effect_at, entry.seq)
    link.removals = [*link.removals, removal]
    dossiers.handle(event.loosening, Subject("work", work.id))
    keep(dossiers, work)


HANDLERS: Mapping[type[Event], Handler] = {
    RightsholderRegistered: _rightsholder_registered,
    RightsholderErased: _rightsholder_erased,
    WorkRegistered: _work_registered,
    LocationRegistered: _location_registered,
    ClaimMade: _claim_made,
    IdentifierAdded: _identifier_added,
    IdentifierRemovalProposed: _identifier_removal_proposed,
    LinkMade: _link_made,
    LinkConfirmed: _link_confirmed,
    LinkRemovalProposed: _link_removal_proposed,
}
