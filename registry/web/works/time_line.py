"""A work's history as a time line: each event in one token with what fills its sentence in, newest first."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from registry.domain.dossiers import Rightsholder, Work
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
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
    LooseningCancelled,
    LooseningConfirmed,
    ObjectionAnswered,
    Withdrawn,
    WorkRegistered,
)
from registry.errors import NotFound
from registry.instants import rfc3339
from registry.services import find
from registry.services.tell_history import Happened, history_of
from registry.storage.unit_of_work import UnitOfWork

Told = tuple[str, dict[str, Any]]
"""The token of what happened, and what its sentence names."""


def time_line(uow: UnitOfWork, work: Work, holder: Rightsholder) -> dict[str, Any]:
    """Everything that happened, newest first; `cut`: older things are not in it."""
    found, cut = history_of(uow, work, holder)
    return {"entries": [_entry(uow, work, holder, each) for each in found], "cut": cut}


def _entry(uow: UnitOfWork, work: Work, holder: Rightsholder, each: Happened) -> dict[str, Any]:
    what, more = _TOLD[type(each.event)](work, each.event)
    who = more.pop("who", None)
    other = more.pop("to", None)
    return {
        "at": rfc3339(each.at),
        "entry": each.seq,
        "what": what,
        "who": None if who is None else find.the_rightsholder(uow, who).name,
        "yours": who == holder.id,
        "title": None if other is None else _title(uow, other),
        **more,
    }


def _title(uow: UnitOfWork, work: str) -> str:
    try:
        return find.the_work(uow, work).title
    except NotFound:
        return work


def _moment(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def _registered(_: Work, event: WorkRegistered) -> Told:
    return "registered", {"who": event.claim.rightsholder}


def _claimed(work: Work, event: ClaimMade) -> Told:
    who = event.claim.rightsholder
    of_theirs = (each for each in work.claims if each.rightsholder == who)
    first = min(of_theirs, key=lambda each: each.seq, default=None)
    return ("claimed" if first is None or first.id == event.claim.id else "part-added"), {
        "who": who
    }


def _added(_: Work, event: IdentifierAdded) -> Told:
    return "identifier-added", {"who": event.rightsholder, "name": event.identifier}


def _removal(_: Work, event: IdentifierRemovalProposed) -> Told:
    waits = rfc3339(event.takes_effect_at)
    return "identifier-removal", {
        "who": event.rightsholder,
        "name": event.identifier,
        "waits_until": waits,
    }


def _linked(_: Work, event: LinkMade) -> Told:
    return "linked", {"who": event.rightsholder, "to": event.to}


def _link_confirmed(work: Work, event: LinkConfirmed) -> Told:
    return "link-confirmed", {"who": event.rightsholder, "to": _far_end(work, event.link)}


def _link_removal(work: Work, event: LinkRemovalProposed) -> Told:
    waits = rfc3339(event.takes_effect_at)
    told = {"who": event.rightsholder, "to": _far_end(work, event.link), "waits_until": waits}
    return "link-removal", told


def _far_end(work: Work, link: str) -> str | None:
    return next((each.to for each in work.links if each.id == link), None)


def _proved(_: Work, event: AssuranceGained) -> Told:
    if event.identifier is not None:
        return "proved", {"who": event.rightsholder, "name": event.identifier}
    if event.prefix is not None:
        return "proved-prefix", {"who": event.rightsholder, "name": event.prefix}
    return "proved-place", {"who": event.rightsholder, "name": event.location}


def _lapsed(_: Work, event: AssuranceLapsed) -> Told:
    return "lapsed", {"who": event.rightsholder}


def _declared(_: Work, event: Declared) -> Told:
    said: dict[str, list[str]] = {}
    for statement in event.statements:
        said.setdefault(statement.preference.value, []).append(statement.usage.value)
    waits = [each.takes_effect_at for each in event.statements if each.takes_effect_at is not None]
    return "declared", {
        "who": event.rightsholder,
        "record": event.declaration,
        "said": said,
        "catalogue": event.subject.kind == "catalogue",
        "to_one": event.grantee is not None,
        "waits_until": _moment(max(waits, default=None)),
    }


def _withdrawn(_: Work, event: Withdrawn) -> Told:
    waits = [each.takes_effect_at for each in event.ends if each.takes_effect_at is not None]
    return "withdrawn", {
        "who": event.rightsholder,
        "record": event.withdrawal,
        "uses": [each.usage.value for each in event.ends],
        "catalogue": event.subject.kind == "catalogue",
        "waits_until": _moment(max(waits, default=None)),
    }


def _confirmed(_: Work, _event: LooseningConfirmed) -> Told:
    return "confirmed", {}


def _stopped(_: Work, _event: LooseningCancelled) -> Told:
    return "stopped", {}


def _disputed(_: Work, event: DisputeOpened) -> Told:
    return "disputed", {"who": event.rightsholder}


def _decided(_: Work, event: DisputeDecided) -> Told:
    return ("dispute-upheld" if event.upheld else "dispute-rejected"), {"who": event.rightsholder}


def _objected(_: Work, event: ClaimObjected) -> Told:
    return "objected", {"who": event.objector}


def _answered(_: Work, _event: ObjectionAnswered) -> Told:
    return "objection-answered", {}


_TOLD: Final[Mapping[type[Event], Callable[[Work, Any], Told]]] = {
    WorkRegistered: _registered,
    ClaimMade: _claimed,
    IdentifierAdded: _added,
    IdentifierRemovalProposed: _removal,
    LinkMade: _linked,
    LinkConfirmed: _link_confirmed,
    LinkRemovalProposed: _link_removal,
    AssuranceGained: _proved,
    AssuranceLapsed: _lapsed,
    Declared: _declared,
    Withdrawn: _withdrawn,
    LooseningConfirmed: _confirmed,
    LooseningCancelled: _stopped,
    DisputeOpened: _disputed,
    DisputeDecided: _decided,
    ClaimObjected: _objected,
    ObjectionAnswered: _answered,
}
"""Event → its token. A test holds it against every kind of event that touches a work."""
