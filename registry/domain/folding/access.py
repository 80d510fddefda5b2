"""Where dossiers live while they are folded, and how handlers reach them.

An event that refers to something unknown is a broken log: LookupError, never ignored.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

from registry.domain.dossiers import (
    KIND_OF,
    Dossier,
    DossierKind,
    Location,
    Platform,
    Rightsholder,
    Work,
)
from registry.domain.event_body import Sequenced
from registry.domain.events import Subject

T = TypeVar("T")


class Dossiers(Protocol):
    """Where dossiers live while they are folded: in memory (`state.py`) or in the store."""

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        """The dossier as folded so far. Raises: LookupError."""

    def keep(self, kind: DossierKind, dossier: Dossier) -> None:
        """Takes note that this dossier is new or has changed."""

    def index(self, key: bytes, subject: Subject) -> None:
        """From now on `key` (a wide key or a location key) leads to this work or location."""

    def handle(self, id: str, subject: Subject) -> None:
        """From now on `id` (claim, link, grant, declaration, loosening, dispute) is found in this dossier."""

    def hold(self, rightsholder: str, subject: Subject) -> None:
        """From now on this work or location is among what the rightsholder claims."""


Handler = Callable[[Dossiers, Sequenced, Any], None]
"""Brings the dossiers that one kind of event touches up to date. Raises: LookupError."""


def the_work(dossiers: Dossiers, id: str) -> Work:
    """Raises: LookupError."""
    return cast(Work, dossiers.dossier("work", id))


def the_rightsholder(dossiers: Dossiers, id: str) -> Rightsholder:
    """Raises: LookupError."""
    return cast(Rightsholder, dossiers.dossier("rightsholder", id))


def the_platform(dossiers: Dossiers, id: str) -> Platform:
    """Raises: LookupError."""
    return cast(Platform, dossiers.dossier("platform", id))


def the_claimed(dossiers: Dossiers, subject: Subject) -> Work | Location:
    """The work or location that a claim is about. Raises: LookupError."""
    kind: DossierKind = "location" if subject.kind == "location" else "work"
    return cast("Work | Location", dossiers.dossier(kind, subject.id))


def the_declared(dossiers: Dossiers, subject: Subject) -> Work | Location | Rightsholder:
    """The dossier on which a declaration about this subject is kept. Raises: LookupError."""
    if subject.kind == "catalogue":
        return the_rightsholder(dossiers, subject.id)
    return the_claimed(dossiers, subject)


def keep(dossiers: Dossiers, dossier: Dossier) -> None:
    """Takes note that this dossier is new or has changed."""
    dossiers.keep(KIND_OF[type(dossier)], dossier)


def the(items: Sequence[T], id: str) -> T:
    """The item with this id, of what an earlier event made. Raises: LookupError."""
    for item in items:
        if getattr(item, "id", None) == id:
            return item
    raise LookupError(f"the log refers to {id}, which no earlier event made")
