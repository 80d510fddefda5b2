"""Links between works: either side may say it, by word it only restricts; the other side stands by it."""

from registry.domain.dossiers import HeldLink, Work
from registry.domain.events import LinkConfirmed, LinkMade, LinkRemovalProposed
from registry.domain.ids import is_id, new_id
from registry.domain.vocabulary import LinkKind
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge
from registry.services.actor import Actor
from registry.services.find import standing, the_work
from registry.services.ledger import Ledger
from registry.services.register_work import MOST_LINKS


def link_works(
    ledger: Ledger, rightsholder: str, work_id: str, kind: LinkKind, to: str, by: Actor
) -> HeldLink:
    """Says that a work (the using side) embodies, contains or is part of another.

    Raises: NotFound, InvalidInput for a link to itself, Forbidden unless the rightsholder claims one
    side, Conflict where the link stands, TooLarge.
    """
    work = the_work(ledger.uow, work_id, field="id")
    other = the_work(ledger.uow, to, field="to")
    if work.id == other.id:
        raise InvalidInput("a work is not linked to itself", field="to", code="self-link")
    if not (_claims(work, rightsholder) or _claims(other, rightsholder)):
        raise Forbidden("only somebody who claims one of the two works may link them")
    if any(link.kind is kind and link.to == to and not link.removals for link in work.links):
        raise Conflict(
            "these works are linked so already; confirm that link to stand by it", field="to"
        )
    if len(work.links) >= MOST_LINKS:
        raise TooLarge(f"a work has at most {MOST_LINKS} links", field="to")
    event = LinkMade(
        link=new_id(ledger.now), work=work.id, kind=kind, to=to, rightsholder=rightsholder
    )
    ledger.append(event, by, details={"work": work.id})
    return _link(work, event.link)


def confirm_link(
    ledger: Ledger, rightsholder: str, link_id: str, by: Actor
) -> tuple[Work, HeldLink]:
    """Stands by a link that somebody else made; doing so twice changes nothing.

    Raises: NotFound, Forbidden unless the rightsholder claims one of the two works.
    """
    work, link = the_link(ledger, link_id)
    other = the_work(ledger.uow, link.to)
    if not (_claims(work, rightsholder) or _claims(other, rightsholder)):
        raise Forbidden("only somebody who claims one of the two works may confirm the link")
    if not link.is_stood_by(rightsholder, ledger.next_seq):
        event = LinkConfirmed(link=link.id, work=work.id, rightsholder=rightsholder)
        ledger.append(event, by, details={"work": work.id})
    return work, link


def propose_link_removal(
    ledger: Ledger, rightsholder: str, link_id: str, by: Actor
) -> LinkRemovalProposed:
    """Proposes to take a link away: loosening, so it waits and has to be confirmed.

    Raises: NotFound, Forbidden unless the rightsholder stands by it.
    """
    work, link = the_link(ledger, link_id)
    if not link.is_stood_by(rightsholder, ledger.next_seq):
        raise Forbidden("only somebody who stands by a link may take it away")
    proposal = LinkRemovalProposed(
        loosening=new_id(ledger.now),
        link=link.id,
        work=work.id,
        rightsholder=rightsholder,
        takes_effect_at=ledger.now + ledger.place.loosening_delay,
    )
    ledger.append(proposal, by, details={"work": work.id})
    return proposal


def the_link(ledger: Ledger, id: str) -> tuple[Work, HeldLink]:
    """A link with its using side. Raises: NotFound."""
    subject = ledger.uow.projection.find(id) if is_id(id) else None
    if subject is not None and subject.kind == "work":
        work = the_work(ledger.uow, subject.id)
        if any(link.id == id for link in work.links):
            return work, _link(work, id)
    raise NotFound(f"there is no link {id!r}", field="link")


def _link(work: Work, id: str) -> HeldLink:
    return next(link for link in work.links if link.id == id)


def _claims(work: Work, rightsholder: str) -> bool:
    return any(claim.rightsholder == rightsholder for claim in standing(work))
