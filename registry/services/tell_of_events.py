"""What events tell people: read off each event as the log is sealed, so that an act by a page, the API, a command or
the worker tells all the same, in its own transaction.

What is gathered here is what other people did to what is mine, or may allow more; nobody is told of every step of
their own. Other acts tell where they are done: a loosening confirmed or stopped (`settle_loosening`), a proof that is
not found (`recheck_claims`), members (`act_for`), imports (`register_catalogue`), sign-ins (`sign_in`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from registry.domain.dossiers import Location, Rightsholder, Work, find_wait
from registry.domain.event_body import AnyEvent
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    ClaimMade,
    ClaimObjected,
    Declared,
    DisputeDecided,
    DisputeOpened,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkMade,
    LinkRemovalProposed,
    ObjectionAnswered,
    Subject,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.identifiers import parse_identifier
from registry.errors import NotFound
from registry.instants import rfc3339
from registry.services.actor import Actor
from registry.services.find import declared, standing, the_claim, the_rightsholder, the_work
from registry.services.notify import NoticeKind, notify, who
from registry.storage.notices import Effect
from registry.storage.unit_of_work import UnitOfWork

Act = tuple[AnyEvent, Actor]

EFFECTS_AT_ONCE: Final = 500
MOST_MET: Final = 64
"""Of those who have an identifier already, so many are told of another one: the first."""

_ON_CLAIM: Final[dict[type, NoticeKind]] = {
    AssuranceGained: NoticeKind.CLAIM_PROVED,
    AssuranceLapsed: NoticeKind.CLAIM_LAPSED,
    DisputeOpened: NoticeKind.CLAIM_DISPUTED,
    ClaimObjected: NoticeKind.CLAIM_OBJECTED,
    DisputeDecided: NoticeKind.CLAIM_UPHELD,
    ObjectionAnswered: NoticeKind.CLAIM_UPHELD,
}
"""What happens to one claim."""


class _To(NamedTuple):
    """Who is told of what."""

    rightsholder: str
    kind: NoticeKind


@dataclass(slots=True)
class _Told:
    """What the events of one transaction tell: how many of each kind, and the words of the first."""

    count: Counter[_To] = field(default_factory=Counter)
    first: dict[_To, tuple[str | None, dict[str, str]]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)

    def add(self, rightsholder: str, kind: NoticeKind, about: str | None, **words: str) -> None:
        to = _To(rightsholder, kind)
        self.count[to] += 1
        self.first.setdefault(to, (about, words))


def tell_of_events(uow: UnitOfWork, acts: Sequence[Act], now: int) -> None:
    """Tells what these events tell. Reads what was in the store before them, so it belongs before they are written."""
    told = _Told()
    for event, by in acts:
        _one(uow, event, by, told)
    _others_with_the_same(uow, [event for event, _ in acts], told)
    for to, count in told.count.items():
        about, words = told.first[to]
        notify(uow, to.rightsholder, to.kind, now, about=about, count=count, **words)
    uow.notices.expect(told.effects)


def tell_of_effects(uow: UnitOfWork, now: int) -> bool:
    """Tells of confirmed loosenings that have taken effect, the oldest first. True: there may be more."""
    effects = uow.notices.take_effects(now, EFFECTS_AT_ONCE)
    standing = [each for each in effects if _stands(uow, each)]
    count = Counter(each.rightsholder for each in standing)
    for each in standing:
        if number := count.pop(each.rightsholder, 0):
            kind = NoticeKind.LOOSENING_EFFECTIVE
            notify(uow, each.rightsholder, kind, now, count=number, what=each.what)
    return len(effects) == EFFECTS_AT_ONCE


def _stands(uow: UnitOfWork, effect: Effect) -> bool:
    """Is it still there? What was to be taken away and was added again, for one, is not."""
    subject = uow.projection.find(effect.loosening)
    try:
        wait = None if subject is None else find_wait(declared(uow, subject), effect.loosening)
    except NotFound:
        return False
    return wait is not None and wait.cancelled_at is None


def when(moment: int) -> str:
    """A moment as notices write it."""
    return f"{rfc3339(moment)[:16].replace('T', ' ')} UTC"


def what(on: Work | Location | Rightsholder) -> str:
    """What something is on: a title, an address, or a name."""
    if isinstance(on, Work):
        return on.title
    return on.url if isinstance(on, Location) else on.name


def page_of(subject: Subject) -> str | None:
    """The work that a notice leads to; nothing else has a page of its own."""
    return subject.id if subject.kind == "work" else None


def _one(uow: UnitOfWork, event: AnyEvent, by: Actor, told: _Told) -> None:
    match event:
        case Declared() | Withdrawn():
            parts = event.statements if isinstance(event, Declared) else event.ends
            waits = [each.takes_effect_at for each in parts if each.takes_effect_at is not None]
            if waits:
                id = event.declaration if isinstance(event, Declared) else event.withdrawal
                _waits(uow, event.subject, event.rightsholder, max(waits), by, told)
                if event.confirmed:
                    name = what(declared(uow, event.subject))
                    told.effects.append(Effect(id, event.rightsholder, name, max(waits)))
        case IdentifierRemovalProposed() | LinkRemovalProposed():
            subject = Subject("work", event.work)
            _waits(uow, subject, event.rightsholder, event.takes_effect_at, by, told)
        case ClaimMade():
            on = declared(uow, event.subject)
            if isinstance(on, Work | Location):
                _competes(uow, on, event.claim.rightsholder, event.subject, told)
        case LinkMade():
            _linked(uow, event.work, event.to, event.rightsholder, told)
        case WorkRegistered():
            for link in event.links:
                _linked(uow, event.work, link.to, event.claim.rightsholder, told)
        case _ if type(event) in _ON_CLAIM:
            _on_claim(uow, event, told)


def _waits(
    uow: UnitOfWork, subject: Subject, rightsholder: str, at: int, by: Actor, told: _Told
) -> None:
    told.add(
        rightsholder,
        NoticeKind.LOOSENING_PENDING,
        page_of(subject),
        what=what(declared(uow, subject)),
        who=who(by),
        when=when(at),
    )


def _on_claim(uow: UnitOfWork, event: AnyEvent, told: _Told) -> None:
    subject, on, claim = the_claim(uow, event.claim)  # type: ignore[union-attr, arg-type]
    kind = _ON_CLAIM[type(event)]
    if isinstance(event, DisputeDecided) and event.upheld:
        kind = NoticeKind.CLAIM_ENDED
    told.add(claim.rightsholder, kind, page_of(subject), what=what(on))


def _competes(
    uow: UnitOfWork, on: Work | Location, newcomer: str, subject: Subject, told: _Told
) -> None:
    """Everybody who claims it is told of the newcomer."""
    name = the_rightsholder(uow, newcomer).name
    for holder in _others(on, newcomer):
        told.add(holder, NoticeKind.COMPETING_CLAIM, page_of(subject), what=what(on), other=name)


def _linked(uow: UnitOfWork, using: str, used: str, by: str, told: _Told) -> None:
    """Everybody else who claims either of the two works."""
    name = the_rightsholder(uow, by).name
    works = the_work(uow, using), the_work(uow, used)
    for mine, theirs in (works, works[::-1]):
        for holder in _others(mine, by):
            words = {"what": mine.title, "name": theirs.title, "other": name}
            told.add(holder, NoticeKind.LINK_MADE, mine.id, **words)


def _others_with_the_same(uow: UnitOfWork, events: Iterable[AnyEvent], told: _Told) -> None:
    """Those who have a work of the same identifier are told of works that are registered with it, and of identifiers
    that are added: all that these events name is looked up in one go."""
    fresh: dict[str, list[tuple[str, str]]] = {}
    for event in events:
        if isinstance(event, WorkRegistered):
            for text in event.identifiers:
                fresh.setdefault(text, []).append((event.work, event.claim.rightsholder))
        elif isinstance(event, IdentifierAdded):
            fresh.setdefault(event.identifier, []).append((event.work, event.rightsholder))
    if not fresh:
        return
    keys = {text: parse_identifier(text).wide_key for text in fresh}
    met = {
        key: [each for each in found if each.kind == "work"][:MOST_MET]
        for key, found in uow.projection.meeting_each(keys.values()).items()
    }
    uow.projection.load(each.id for found in met.values() for each in found)
    seen: set[tuple[str, str]] = set()
    for text, newcomers in fresh.items():
        for subject in met.get(keys[text], ()):
            there = the_work(uow, subject.id)
            if not any(each.text == text and not each.removals for each in there.identifiers):
                continue
            for work, newcomer in newcomers:
                if work != there.id and (work, there.id) not in seen:
                    seen.add((work, there.id))
                    _competes(uow, there, newcomer, subject, told)


def _others(on: Work | Location, but: str) -> list[str]:
    holders = dict.fromkeys(claim.rightsholder for claim in standing(on))
    return [each for each in holders if each != but]
