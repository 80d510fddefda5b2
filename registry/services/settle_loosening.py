"""Loosenings that wait: seen, confirmed with a fresh sign-in, or cancelled until they take effect."""

from dataclasses import dataclass

from registry.domain.dossiers import Location, Rightsholder, Wait, Work, find_wait
from registry.domain.events import LooseningCancelled, LooseningConfirmed, Subject
from registry.domain.ids import is_id
from registry.errors import Conflict, Forbidden, NotFound
from registry.services.actor import Actor
from registry.services.declare import keep_ends_of
from registry.services.find import declared
from registry.services.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Waiting:
    """A loosening that has not taken effect: a declaration, withdrawal or removal.

    `effect`: when it will (ms), or None while nobody confirmed it.
    """

    id: str
    what: str
    rightsholder: str
    takes_effect_at: int
    effect: int | None


def waiting_of(dossier: Work | Location | Rightsholder, now: int) -> list[Waiting]:
    """Everything on this dossier that waits at `now`: neither in effect nor cancelled."""
    found: list[tuple[str, str, Wait, int]] = []
    for held in dossier.declarations:
        waits = [s.takes_effect_at for s in held.statements if s.takes_effect_at is not None]
        if waits:
            found.append(("declaration", held.rightsholder, held.wait, max(waits)))
        for withdrawal in held.withdrawals:
            ends = [at for at in withdrawal.ends.values() if at is not None]
            if ends:
                found.append(("withdrawal", held.rightsholder, withdrawal.wait, max(ends)))
    if isinstance(dossier, Work):
        for identifier in dossier.identifiers:
            for gone in identifier.removals:
                found.append(("identifier removal", gone.by, gone.wait, gone.takes_effect_at))
        for link in dossier.links:
            for gone in link.removals:
                found.append(("link removal", gone.by, gone.wait, gone.takes_effect_at))
    return [
        Waiting(wait.id, what, holder, at, wait.effect(at))
        for what, holder, wait, at in found
        if wait.cancelled_at is None and not _in_effect(wait, at, now)
    ]


def _in_effect(wait: Wait, takes_effect_at: int, now: int) -> bool:
    effect = wait.effect(takes_effect_at)
    return effect is not None and effect <= now


def confirm_loosening(ledger: Ledger, id: str, by: Actor) -> LooseningConfirmed:
    """Confirms a proposal: it takes effect at its time, or now if that has passed.

    Raises: NotFound, Forbidden for a token, Conflict where it was confirmed or cancelled.
    """
    if not by.is_fresh:
        raise Forbidden(
            "a token can only propose to loosen; it has to be confirmed with a fresh sign-in"
        )
    subject, dossier, _ = _the_waiting(ledger, id)
    wait = find_wait(dossier, id)
    if wait is not None and wait.confirmed_at is not None:
        raise Conflict("this is confirmed already", field="id", code="confirmed-already")
    event = LooseningConfirmed(loosening=id, subject=subject, authority=by.authority)
    ledger.append(event, by, details={"loosening": id})
    _note_ends(ledger, subject, id)
    return event


def cancel_loosening(
    ledger: Ledger, id: str, by: Actor, *, rightsholder: str | None = None
) -> LooseningCancelled:
    """Cancels what waits: it never takes effect. To cancel restricts, so a token is enough.

    `rightsholder`: whoever asks, where it is not a steward.
    Raises: NotFound, Forbidden for somebody else's, Conflict where it took effect or was cancelled.
    """
    subject, dossier, waiting = _the_waiting(ledger, id)
    if rightsholder is not None and waiting.rightsholder != rightsholder:
        raise Forbidden("only the rightsholder who proposed it may cancel it")
    event = LooseningCancelled(loosening=id, subject=subject, authority=by.authority)
    ledger.append(event, by, details={"loosening": id})
    _note_ends(ledger, subject, id)
    return event


def _the_waiting(
    ledger: Ledger, id: str
) -> tuple[Subject, Work | Location | Rightsholder, Waiting]:
    subject = ledger.uow.projection.find(id) if is_id(id) else None
    if subject is None:
        raise NotFound(f"nothing called {id!r} waits", field="id")
    dossier = declared(ledger.uow, subject)
    for waiting in waiting_of(dossier, ledger.now):
        if waiting.id == id:
            return subject, dossier, waiting
    if find_wait(dossier, id) is None:
        raise NotFound(f"nothing called {id!r} waits", field="id")
    raise Conflict(
        "this does not wait any more: it took effect, was cancelled, or loosens nothing", field="id"
    )


def _note_ends(ledger: Ledger, subject: Subject, id: str) -> None:
    for declaration in declared(ledger.uow, subject).declarations:
        if id == declaration.id or any(id == each.wait.id for each in declaration.withdrawals):
            keep_ends_of(ledger, subject, declaration)
