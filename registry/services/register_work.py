"""Registering works and locations, and claiming what is registered already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from registry.domain.dossiers import HeldClaim, Location, Work
from registry.domain.events import (
    ClaimBody,
    ClaimMade,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkBody,
    LocationRegistered,
    Subject,
    WorkRegistered,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.ids import new_id
from registry.domain.locations import parse_location
from registry.domain.vocabulary import LinkKind, Role, WorkKind
from registry.errors import Conflict, InvalidInput, NotFound, RegistryError, TooLarge
from registry.plain_text import plain
from registry.services import find
from registry.services.actor import Actor
from registry.services.find import the_location, the_work
from registry.services.ledger import Ledger

MOST_IDENTIFIERS = 200
MOST_CLAIMS = 64
MOST_LINKS = 64
LONGEST_TITLE = 500

Inside = Sequence[str] | Literal["none", "mine"] | None


@dataclass(frozen=True, slots=True)
class NewWork:
    """A work to register. `embodies` and `contains`: ids of works, or "none", or "mine", or not stated."""

    title: str
    kind: WorkKind
    role: Role
    identifiers: tuple[str, ...]
    embodies: Inside = None
    contains: Inside = None
    part_of: tuple[str, ...] = ()


def register_work(ledger: Ledger, rightsholder: str, new: NewWork, by: Actor) -> Work:
    """Registers a work with a first claim by `rightsholder`.

    Raises: InvalidInput (field) for a bad title or identifier, NotFound for a linked work, TooLarge.
    """
    find.the_rightsholder(ledger.uow, rightsholder, field="rightsholder")
    title = checked_title(new.title)
    identifiers = canonical_identifiers(new.identifiers)
    work = new_id(ledger.now)
    event = WorkRegistered(
        work=work,
        kind=new.kind,
        title=title,
        identifiers=identifiers,
        claim=ClaimBody(
            id=new_id(ledger.now),
            rightsholder=rightsholder,
            role=new.role,
            inside=_inside(new.embodies, new.contains),
        ),
        links=_links(ledger, new),
    )
    ledger.append(event, by, details={"work": work})
    return the_work(ledger.uow, work)


def checked_title(title: str) -> str:
    """The title as it is kept. Raises: InvalidInput."""
    title = title.strip()
    hidden = not plain(title).strip()  # nothing of it would be seen
    if hidden or len(title) > LONGEST_TITLE or any(ord(c) < 32 or ord(c) == 127 for c in title):
        raise InvalidInput(
            f"a title is one line of 1 to {LONGEST_TITLE} characters",
            field="title",
            code="bad-title",
        )
    return title


def canonical_identifiers(texts: Sequence[str]) -> tuple[str, ...]:
    """Canonical spellings, each once, in the order given. Raises: InvalidIdentifier (field), TooLarge."""
    if not texts:
        raise InvalidInput(
            "a work needs at least one identifier, by which others can meet it", field="identifiers"
        )
    if len(texts) > MOST_IDENTIFIERS:
        raise TooLarge(f"a work has at most {MOST_IDENTIFIERS} identifiers", field="identifiers")
    found: dict[str, None] = {}
    for index, text in enumerate(texts):
        try:
            found[str(parse_identifier(text))] = None
        except RegistryError as error:
            raise error.at(f"identifiers[{index}]") from None
    return tuple(found)


def _inside(*stated: Inside) -> Literal["listed", "none", "mine"] | None:
    """What the claimant says of the rights inside, from both kinds of content."""
    if all(each is None for each in stated):
        return None
    if any(each is not None and not isinstance(each, str) and each for each in stated):
        return "listed"
    return "mine" if "mine" in stated else "none"


def _links(ledger: Ledger, new: NewWork) -> tuple[LinkBody, ...]:
    links = []
    stated: tuple[tuple[LinkKind, str, Inside], ...] = (
        (LinkKind.EMBODIES, "embodies", new.embodies),
        (LinkKind.CONTAINS, "contains", new.contains),
        (LinkKind.PART_OF, "part_of", new.part_of),
    )
    for kind, field, ids in stated:
        for index, id in enumerate(() if ids is None or isinstance(ids, str) else ids):
            the_work(ledger.uow, id, field=f"{field}[{index}]")
            links.append(LinkBody(id=new_id(ledger.now), kind=kind, to=id))
    if len(links) > MOST_LINKS:
        raise TooLarge(f"a work has at most {MOST_LINKS} links", field="embodies")
    return tuple(links)


@dataclass(frozen=True, slots=True)
class NewLocation:
    """A host or URL prefix to claim. `sole`: everything under it is the claimant's."""

    url: str
    subdomains: bool = False
    sole: bool = False
    role: Role = Role.OTHER


def register_location(ledger: Ledger, rightsholder: str, new: NewLocation, by: Actor) -> Location:
    """Registers a location with a first claim.

    Raises: InvalidLocation (field `url`) for what nobody can speak for as a whole.
    """
    find.the_rightsholder(ledger.uow, rightsholder, field="rightsholder")
    try:
        place = parse_location(new.url, subdomains=new.subdomains)
    except RegistryError as error:
        raise error.at("url") from None
    location = new_id(ledger.now)
    claim = ClaimBody(
        id=new_id(ledger.now), rightsholder=rightsholder, role=new.role, sole=new.sole
    )
    event = LocationRegistered(
        location=location, url=place.url, subdomains=place.subdomains, claim=claim
    )
    ledger.append(event, by, details={"location": location})
    return the_location(ledger.uow, location)


def claim_subject(
    ledger: Ledger, rightsholder: str, subject: Subject, role: Role, inside: str | None, by: Actor
) -> HeldClaim:
    """One more claim on a registered work or location: a co-owner, or another role of the same holder.

    Raises: NotFound, Conflict for a claim in the same role that stands, TooLarge.
    """
    if inside not in (None, "none", "mine"):
        raise InvalidInput('"inside" is "none" or "mine", or left out', field="inside")
    find.the_rightsholder(ledger.uow, rightsholder, field="rightsholder")
    claimed = find.claimed(ledger.uow, subject)
    if any(
        each.rightsholder == rightsholder and each.role == role for each in find.standing(claimed)
    ):
        raise Conflict(f"you claim this in the role {role.value!r} already", field="role")
    if len(find.standing(claimed)) >= MOST_CLAIMS:
        raise TooLarge(f"at most {MOST_CLAIMS} claims stand on one subject", field="subject")
    claim = ClaimBody(
        id=new_id(ledger.now),
        rightsholder=rightsholder,
        role=role,
        inside=inside,  # type: ignore[arg-type]
    )
    ledger.append(ClaimMade(subject=subject, claim=claim), by, details={"claim": claim.id})
    return next(each for each in claimed.claims if each.id == claim.id)


def add_identifiers(
    ledger: Ledger, rightsholder: str, work_id: str, texts: Sequence[str], by: Actor
) -> Work:
    """Adds identifiers to a work that the rightsholder claims. Adding what is there changes nothing.

    Raises: NotFound, Forbidden, InvalidIdentifier (field), TooLarge.
    """
    work = cast(Work, find.own(ledger.uow, rightsholder, Subject("work", work_id)))
    fresh = canonical_identifiers(texts)
    standing = {held.text for held in work.identifiers if not held.removals}
    if len(standing | set(fresh)) > MOST_IDENTIFIERS:
        raise TooLarge(f"a work has at most {MOST_IDENTIFIERS} identifiers", field="identifiers")
    for text in fresh:
        if text not in standing:
            event = IdentifierAdded(work=work.id, identifier=text, rightsholder=rightsholder)
            ledger.append(event, by, details={"work": work.id})
    return work


def propose_identifier_removal(
    ledger: Ledger, rightsholder: str, work_id: str, text: str, by: Actor
) -> IdentifierRemovalProposed:
    """Proposes to take an identifier away: loosening, so it waits and has to be confirmed.

    Raises: NotFound, Forbidden, InvalidIdentifier.
    """
    work = cast(Work, find.own(ledger.uow, rightsholder, Subject("work", work_id)))
    identifier = str(parse_identifier(text))
    if identifier not in {held.text for held in work.identifiers}:
        raise NotFound(f"this work has no identifier {identifier}", field="identifier")
    proposal = IdentifierRemovalProposed(
        loosening=new_id(ledger.now),
        work=work.id,
        identifier=identifier,
        rightsholder=rightsholder,
        takes_effect_at=ledger.now + ledger.place.loosening_delay,
    )
    ledger.append(proposal, by, details={"work": work.id})
    return proposal
