"""Which events begin a wait, as far as the log tells it: so that what waits can be listed without looking into every
dossier. What the rules make of it is in the dossiers (docs/answering.md, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from registry.domain.events import (
    Declared,
    Event,
    IdentifierRemovalProposed,
    LinkRemovalProposed,
    Statement,
    StatementEnd,
    Subject,
    Withdrawn,
)

NEVER: Final = 1 << 62
"""In place of a moment (ms): as long as nobody confirms it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A loosening that was proposed. `takes_effect_at`: at the earliest, of several the last; `effect`: when it will,
    or NEVER while nobody confirmed it (ms)."""

    id: str
    rightsholder: str
    subject: Subject
    takes_effect_at: int
    effect: int


def begun_by(event: Event, at: int) -> Begun | None:
    """The wait that this event, logged at `at` (ms), begins; None where it loosens nothing."""
    if isinstance(event, Declared):
        moments = _moments(event.statements)
        return _begun(event.declaration, event, event.subject, moments, at)
    if isinstance(event, Withdrawn):
        moments = _moments(event.ends)
        return _begun(event.withdrawal, event, event.subject, moments, at)
    if isinstance(event, IdentifierRemovalProposed | LinkRemovalProposed):
        subject, moment = Subject("work", event.work), event.takes_effect_at
        return Begun(event.loosening, event.rightsholder, subject, moment, NEVER)
    return None


def _moments(parts: Sequence[Statement] | Sequence[StatementEnd]) -> list[int]:
    return [each.takes_effect_at for each in parts if each.takes_effect_at is not None]


def _begun(
    id: str, event: Declared | Withdrawn, subject: Subject, moments: list[int], at: int
) -> Begun | None:
    if not moments:
        return None
    latest = max(moments)
    effect = max(latest, at) if event.confirmed else NEVER
    return Begun(id, event.rightsholder, subject, latest, effect)
