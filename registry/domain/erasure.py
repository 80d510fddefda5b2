"""What is left of an event, and of what was folded from it, when what names one person has to go.

Ids, identifiers, addresses and everything that the rules read stay; names and free texts become "". So every answer,
past and to come, is what it was, but for the names in its evidence (docs/adr/0029-erasure.md).
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from registry.domain.dossiers import Dossier, Location, Rightsholder, Work
from registry.domain.event_body import AnyEvent
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    Conditions,
    Declared,
    DisputeDecided,
    DisputeOpened,
    ObjectionAnswered,
    RightsholderErased,
    RightsholderRegistered,
    Statement,
    Withdrawn,
    WorkRegistered,
)
from registry.errors import VerificationFailed

GONE = ""
"""What stands in the place of a name or text."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Who is erased: a rightsholder, with the ids of all their `claims`, and of the works whose `titles` go too, with
    these."""

    rightsholder: str
    claims: Collection[str] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


def what_remains(event: AnyEvent, erasure: Erasure) -> AnyEvent | None:
    """The event without what names them; None where it does not, and so stays as it is.

    Of a declaration and a withdrawal something always goes: the signed record, in which the name is.
    """
    mine = erasure.rightsholder
    match event:
        case RightsholderRegistered() if event.rightsholder == mine and event.name:
            return msgspec.structs.replace(event, name=GONE)
        case WorkRegistered() if event.work in erasure.titles and event.title:
            return msgspec.structs.replace(event, title=GONE)
        case Declared() if event.rightsholder == mine:
            statements = tuple(_without_texts(each) for each in event.statements)
            return msgspec.structs.replace(event, statements=statements)
        case Withdrawn() if event.rightsholder == mine:
            return event
        case (
            AssuranceGained() | AssuranceLapsed() | DisputeOpened() | DisputeDecided()
        ) as about if about.rightsholder == mine and about.reason:
            return msgspec.structs.replace(about, reason=GONE)
        case ObjectionAnswered() if event.claim in erasure.claims and event.reason:
            return msgspec.structs.replace(event, reason=GONE)
    return None


def is_what_remains(event: AnyEvent) -> bool:
    """Can this be left of an event that was erased? No other kinds are erased, and of these the names and texts are
    gone. So nothing else, as a key of the registry, can pass for what is left of an event."""
    match event:
        case RightsholderRegistered():
            return event.name == GONE
        case WorkRegistered():
            return event.title == GONE
        case Declared():
            return all(_without_texts(each) == each for each in event.statements)
        case Withdrawn():
            return True
        case (
            AssuranceGained()
            | AssuranceLapsed()
            | DisputeOpened()
            | DisputeDecided()
            | ObjectionAnswered()
        ) as about:
            return about.reason == GONE
    return False


def forget_names(dossier: Dossier, erasure: Erasure) -> None:
    """Takes the same out of what was folded: afterwards it is what the events that remain are folded to."""
    if isinstance(dossier, Rightsholder) and dossier.id == erasure.rightsholder:
        dossier.name = GONE
    if isinstance(dossier, Work) and dossier.id in erasure.titles:
        dossier.title = GONE
    if isinstance(dossier, Work | Location | Rightsholder):
        for held in dossier.declarations:
            if held.rightsholder == erasure.rightsholder:
                held.statements = [_without_texts(each) for each in held.statements]


def _without_texts(statement: Statement) -> Statement:
    """Every condition is a text of the declarant's own; that there is one stays."""
    if statement.conditions is None:
        return statement
    named = msgspec.structs.asdict(statement.conditions)
    gone = Conditions(**{name: GONE for name, text in named.items() if text is not None})
    return msgspec.structs.replace(statement, conditions=gone)


@dataclass(slots=True)
class Remains:
    """What is left of the bodies that one event erased, added in the order of the log: their number, and the SHA-256
    over a line each of its index, a blank, and its JSON (docs/formats.md, "Erased bodies")."""

    bodies: int = 0
    _sum: Any = field(default_factory=hashlib.sha256)

    def add(self, index: int, body: bytes) -> None:
        """The next one: its place in the log, and what is left of it."""
        self.bodies += 1
        self._sum.update(b"%d %b\n" % (index, body))

    @property
    def digest(self) -> str:
        """In hexadecimal."""
        return str(self._sum.hexdigest())


class ErasedBodies:
    """Erased bodies held against the events that erased them, in one pass through a whole log."""

    def __init__(self) -> None:
        self._waiting: dict[int, Remains] = {}

    def note(self, index: int, by: int | None, remains: bytes) -> None:
        """Event `index` was erased by the later event `by`; what is left of it."""
        self._waiting.setdefault(-1 if by is None else by, Remains()).add(index, remains)

    def settle(self, index: int, event: AnyEvent) -> None:
        """Event `index` says what it erased, if it erased anything. Raises: VerificationFailed where something else is
        there."""
        if not isinstance(event, RightsholderErased):
            return
        found = self._waiting.pop(index, Remains())
        if (found.bodies, found.digest) != (event.bodies, event.remains):
            raise VerificationFailed(
                f"event {index} erased {event.bodies} bodies, and what is left of them is not what it says: something "
                "was changed since, or erased besides",
                field=f"event {index}",
                code="event",
            )

    def check_settled(self, size: int | None = None) -> None:
        """At the end of the first `size` entries; what later events erased cannot be held against them. None: at the
        end of the log, after which there are none.

        Raises: VerificationFailed where bodies are said to be erased, and no event did it.
        """
        for by in (each for each in self._waiting if size is None or each < size):
            raise VerificationFailed(
                f"bodies are said to be erased by event {by}, which erased nothing",
                field=f"event {by}",
                code="event",
            )
