"""What stands behind a claim: assurance gained and lapsed, set by a steward with a reason that is logged."""

from registry.domain.dossiers import HeldClaim, Location, Work
from registry.domain.events import AssuranceGained, AssuranceLapsed, Subject
from registry.domain.identifiers import parse_identifier
from registry.domain.ids import new_id
from registry.domain.vocabulary import Assurance
from registry.errors import Conflict, InvalidInput, NotFound
from registry.services.actor import Actor
from registry.services.find import claimed, the_claim, the_rightsholder
from registry.services.ledger import Ledger

ISSUED_PREFIXES = {"isrc": 5, "upc": 6, "isbn": 6, "doi": 8, "grid": 6, "iswc": 4}
"""Schemes whose prefixes are issued to one organisation, and the least characters that make one."""


def attest_claim(
    ledger: Ledger,
    claim_id: str,
    by: Actor,
    reason: str,
    *,
    identifier: str | None = None,
    prefix: str | None = None,
    location: bool = False,
    level: Assurance = Assurance.ATTESTED,
) -> AssuranceGained:
    """Vouches for a claim: for one identifier, for an issued prefix, or for the claim's own location.

    Raises: NotFound, InvalidInput (field) unless exactly one of the three is given and fits, Conflict
    for a claim that has ended.
    """
    subject, on, claim = the_claim(ledger.uow, claim_id)
    if claim.ended:
        raise Conflict("this claim has ended; nothing can stand behind it", field="claim")
    if not reason.strip():
        raise InvalidInput("say why: the reason is logged for ever", field="reason")
    if level is Assurance.DECLARED:
        raise InvalidInput("an assurance is 'controlled' or 'attested'", field="level")
    if sum((identifier is not None, prefix is not None, location)) != 1:
        raise InvalidInput("give one of: an identifier, a prefix, the location", field="identifier")
    place = _own_location(on) if location else None
    event = AssuranceGained(
        grant=new_id(ledger.now),
        claim=claim.id,
        subject=subject,
        rightsholder=claim.rightsholder,
        level=level,
        reason=reason.strip(),
        identifier=None if identifier is None else _of_work(on, identifier),
        prefix=None if prefix is None else checked_prefix(prefix),
        location=None if place is None else place.url,
        subdomains=place is not None and place.subdomains,
    )
    ledger.append(event, by, details={"claim": claim.id})
    return event


def lapse_assurance(ledger: Ledger, grant_id: str, by: Actor, reason: str) -> AssuranceLapsed:
    """Takes an assurance back: what it permitted stops at once, restrictions stand.

    Raises: NotFound, InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput("say why: the reason is logged for ever", field="reason")
    subject = ledger.uow.projection.find(grant_id)
    claim = None if subject is None else _claim_of_grant(ledger, subject, grant_id)
    if subject is None or claim is None:
        raise NotFound(f"there is no assurance {grant_id!r}", field="grant")
    event = AssuranceLapsed(
        grant=grant_id,
        claim=claim.id,
        subject=subject,
        rightsholder=claim.rightsholder,
        reason=reason.strip(),
    )
    ledger.append(event, by, details={"claim": claim.id})
    return event


def checked_prefix(text: str) -> str:
    """A prefix in canonical form, such as `isrc:GBAYE`. Raises: InvalidInput (field prefix)."""
    scheme, colon, value = text.partition(":")
    scheme, value = scheme.strip().lower(), value.strip().replace("-", "")
    value = value.lower() if scheme == "doi" else value.upper()
    least = ISSUED_PREFIXES.get(scheme)
    if not colon or least is None:
        raise InvalidInput(
            f"{text!r} is no prefix; write scheme:prefix with one of: {', '.join(ISSUED_PREFIXES)}",
            field="prefix",
        )
    if scheme == "doi" and not value.endswith("/"):
        value += "/"
    if len(value) < least or not value.isascii():
        raise InvalidInput(
            f"{text!r} is too short to be issued to one organisation",
            field="prefix",
            code="bad-prefix",
        )
    return f"{scheme}:{value}"


def _of_work(on: Work | Location, text: str) -> str:
    identifier = str(parse_identifier(text))
    if not isinstance(on, Work) or identifier not in {held.text for held in on.identifiers}:
        raise InvalidInput(
            f"what is claimed has no identifier {identifier}",
            field="identifier",
            code="not-its-identifier",
        )
    return identifier


def _own_location(on: Work | Location) -> Location:
    if isinstance(on, Location):
        return on
    raise InvalidInput(
        "this claim is on a work; only a claim on a location is proved so", field="location"
    )


def _claim_of_grant(ledger: Ledger, subject: Subject, grant_id: str) -> HeldClaim | None:
    on = claimed(ledger.uow, subject)
    for claim in on.claims:
        shared = the_rightsholder(ledger.uow, claim.rightsholder).grants
        mine = [*claim.grants, *(grant for grant in shared if grant.claim == claim.id)]
        if any(grant.id == grant_id and not grant.lapsed for grant in mine):
            return claim
    return None
