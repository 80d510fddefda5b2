"""Loosenings that wait: seen, confirmed with a fresh sign-in, or cancelled until they take effect."""

from collections.abc import Iterator
from dataclasses import dataclass

from registry.domain.dossiers import Location, Rightsholder, Wait, Work, find_wait
from registry.domain.events import LooseningCancelled, LooseningConfirmed, Subject
from registry.domain.ids import is_id
from registry.errors import Conflict, Forbidden, NotFound
from registry.instants import rfc3339
from registry.services.actor import Actor
from registry.services.declare import keep_ends_of
from registry.services.find import declared
from registry.services.ledger import Ledger
from registry.services.notify import NoticeKind, notify, who
from registry.services.tell_of_events import page_of, what
from registry.storage.notices import Effect
from registry.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """A loosening that has not taken effect: a declaration, withdrawal or removal.

    `effect`: when it will (ms), or None while nobody confirmed it. `about`: what it would do, for people.
    """

    id: str
    what: str
    rightsholder: str
    takes_effect_at: int
    effect: int | None
    about: str


def whose_loosening(uow: UnitOfWork, id: str) -> str:
    """The rightsholder whose loosening this is, whatever became of it. Raises: NotFound."""
    subject = uow.projection.find(id) if is_id(id) else None
    if subject is not None:
        for _, holder, wait, _, _ in _loosenings(declared(uow, subject)):
            if wait.id == id:
                return holder
    raise NotFound(f"nothing called {id!r} waits", field="id")


def waiting_count(uow: UnitOfWork, rightsholder: str, now: int) -> int:
    """How much of this rightsholder waits at `now` (ms): on works, locations, and the whole catalogue."""
    return uow.projection.waits.count(rightsholder, now)


def waiting_of(dossier: Work | Location | Rightsholder, now: int) -> list[Waiting]:
    """Everything on this dossier that waits at `now`: neither in effect nor cancelled."""
    return [
        Waiting(wait.id, what, holder, at, wait.effect(at), about)
        for what, holder, wait, at, about in _loosenings(dossier)
        if wait.cancelled_at is None and not _in_effect(wait, at, now)
    ]


def _loosenings(
    dossier: Work | Location | Rightsholder,
) -> Iterator[tuple[str, str, Wait, int, str]]:
    """(what, whose, wait, takes effect at, what it would do) of every loosening act."""
    place = _named(dossier)
    for held in dossier.declarations:
        waits = [s for s in held.statements if s.takes_effect_at is not None]
        if waits:
            said = ", ".join(f"{s.preference.value} {s.usage.value}" for s in waits)
            to = f" to platform {held.grantee}" if held.grantee else ""
            latest = max(s.takes_effect_at or 0 for s in waits)
            about = f"{said}{to}, on {place}, for what was registered by {rfc3339(held.at)}"
            yield "declaration", held.rightsholder, held.wait, latest, about
        for withdrawal in held.withdrawals:
            ends = {usage: at for usage, at in withdrawal.ends.items() if at is not None}
            if ends:
                said = f"no more word on {', '.join(usage.value for usage in ends)}"
                about = f"{said} by declaration {held.id}, on {place}"
                yield "withdrawal", held.rightsholder, withdrawal.wait, max(ends.values()), about
    if isinstance(dossier, Work):
        for identifier in dossier.identifiers:
            for gone in identifier.removals:
                about = f"{identifier.text} no longer of {place}"
                yield "identifier removal", gone.by, gone.wait, gone.takes_effect_at, about
        for link in dossier.links:
            for gone in link.removals:
                about = f"{link.kind.value} {link.to} no longer of {place}"
                yield "link removal", gone.by, gone.wait, gone.takes_effect_at, about


def _named(dossier: Work | Location | Rightsholder) -> str:
    if isinstance(dossier, Work):
        return f"work {dossier.title!r}"
    return dossier.url if isinstance(dossier, Location) else "the whole catalogue"


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
    subject, dossier, waiting = _the_waiting(ledger, id)
    wait = find_wait(dossier, id)
    if wait is not None and wait.confirmed_at is not None:
        raise Conflict("this is confirmed already", field="id", code="confirmed-already")
    event = LooseningConfirmed(loosening=id, subject=subject, authority=by.authority)
    ledger.append(event, by, details={"loosening": id})
    _note_ends(ledger, subject, id)
    due = max(waiting.takes_effect_at, ledger.now)
    ledger.uow.notices.expect([Effect(id, waiting.rightsholder, what(dossier), due)])
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
    ledger.uow.notices.expect_no_more(id)
    notify(
        ledger.uow,
        waiting.rightsholder,
        NoticeKind.LOOSENING_STOPPED,
        ledger.now,
        about=page_of(subject),
        what=what(dossier),
        who=who(by),
    )
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
