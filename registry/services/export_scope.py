"""What an export takes in: the scope as it was asked for, the rows in it, and the events that their answers rest on.

docs/formats.md, "Export". The log is read once into an index of what names what (`storage.export_index`), cut at the
checkpoint, so that what is taken in depends on nothing that came later.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from registry.domain.event_body import AnyEvent
from registry.domain.events import (
    AssuranceGained,
    ClaimMade,
    Declared,
    IdentifierAdded,
    LinkMade,
    LocationRegistered,
    RightsholderRegistered,
    Withdrawn,
    WorkRegistered,
)
from registry.domain.identifiers import SCHEMES, parse_identifier
from registry.domain.locations import covering_keys, parse_location
from registry.domain.operator_events import (
    ActsRooted,
    AsksRooted,
    KeyAdded,
    KeyCompromised,
    KeyRetired,
    PlatformAffiliated,
    RuleTablesAdopted,
)
from registry.domain.touched import touched
from registry.domain.vocabulary import Preference, Usage
from registry.errors import InvalidInput
from registry.services.export_rows import Row
from registry.services.replay import sequenced
from registry.storage.export_index import ExportIndex
from registry.storage.log_store import StoredEvent

ALWAYS = (KeyAdded, KeyRetired, KeyCompromised, RuleTablesAdopted)
"""Events that every export has: without them nothing in it can be checked."""


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wanted. Nothing: everything. `since` and `until` as RFC 3339 in UTC, the form of `rfc3339`."""

    rightsholder: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    category: tuple[Usage, ...] = ()
    decision: tuple[Preference, ...] = ()
    scheme: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    @property
    def is_everything(self) -> bool:
        return self == Scope()

    def members(self) -> dict[str, Any]:
        """As in the manifest."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in msgspec.to_builtins(self).items()
        }

    def states(self, row: Row) -> bool:
        """Is this row of a declaration in the scope, its time apart?"""
        return (
            (not self.rightsholder or row.rightsholder in self.rightsholder)
            and (not self.platform or row.platform in self.platform)
            and (not self.category or row.category in self.category)
            and (not self.decision or row.decision in self.decision)
            and (not self.scheme or any(each in self.scheme for each in row.schemes))
        )

    def is_in_time(self, time: str) -> bool:
        return (self.since is None or self.since <= time) and (
            self.until is None or time < self.until
        )


def scope_of(members: dict[str, Any]) -> Scope:
    """A scope from lists of values, each value once and in order. Raises: InvalidInput."""
    for scheme in members.get("scheme") or ():
        if scheme not in SCHEMES:
            raise InvalidInput(
                f"there is no scheme {scheme!r:.40}; there are {', '.join(SCHEMES)}",
                field="--scheme",
            )
    try:
        return msgspec.convert(
            {
                name: sorted(set(value)) if isinstance(value, list | tuple) else value
                for name, value in members.items()
                if value
            },
            Scope,
        )
    except msgspec.ValidationError as error:
        raise InvalidInput(f"that is no scope of an export: {error}") from error


class Choice:
    """Which rows and events are in the scope, decided event by event in the log's order."""

    def __init__(self, scope: Scope, index: ExportIndex | None) -> None:
        self.scope = scope
        self._index = index

    def rows(self, rows: list[Row]) -> list[Row]:
        """Those of a record's rows that are in the scope."""
        if self._index is None:
            return rows
        return [row for row in rows if self._states(row) and self.scope.is_in_time(row.time)]

    def taken(self, first: int, last: int) -> dict[int, bool] | None:
        """Of the events with first ≤ seq < last those in the export, and whether their bodies are withheld; None: all
        are, as they stand."""
        return None if self._index is None else self._index.taken(first, last)

    def _states(self, row: Row) -> bool:
        if self._index is None or row.act == "declared":
            return self.scope.states(row)
        return self._index.was_stated(row.declaration, row.category)


Rows = Callable[[StoredEvent], list[Row]]


def fill_index(
    index: ExportIndex, scope: Scope, events: Iterable[StoredEvent], rows: Rows
) -> Iterator[int]:
    """Reads the log into the index; says after each event how many were read. Raises: VerificationFailed."""
    for done, stored in enumerate(events, 1):
        event = sequenced(stored).event
        index.note_event(
            stored.seq,
            _whose(event),
            always=isinstance(event, ALWAYS),
            names=isinstance(event, RightsholderRegistered),
        )
        _note_names(index, event)
        if scope.rightsholder:
            _note_claims_in_scope(index, scope, event)
        if isinstance(event, Declared | Withdrawn):
            _note_rows(index, scope, rows(stored))
        yield done


def _note_rows(index: ExportIndex, scope: Scope, rows: Iterable[Row]) -> None:
    for row in rows:
        statement = row.declaration, row.category
        if row.act == "declared" and scope.states(row):
            index.note_statement(*statement)
        if index.was_stated(*statement) and scope.is_in_time(row.time):
            index.seed(row.subject_kind, row.subject)
            index.note_record(row.index, row.time)


def _whose(event: AnyEvent) -> str | None:
    """The dossier to whose history the event belongs: what is proved or disputed belongs to what is claimed."""
    if isinstance(event, AsksRooted | ActsRooted):
        return None
    subject = getattr(event, "subject", None)
    if subject is not None:
        return str(subject.id)
    found = touched(event)
    return found[0][1] if found else None


def _note_names(index: ExportIndex, event: AnyEvent) -> None:
    match event:
        case RightsholderRegistered():
            index.note_kind(event.rightsholder, "rightsholder")
        case WorkRegistered():
            index.note_kind(event.work, "work")
            for text in event.identifiers:
                _note_identifier(index, event.work, text)
            index.note_link(event.work, event.claim.rightsholder, "held")
            for link in event.links:
                index.note_link(event.work, link.to, "link")
        case LocationRegistered():
            index.note_kind(event.location, "location")
            place = parse_location(event.url, subdomains=event.subdomains)
            index.note_key(place.key, event.location)
            index.note_link(event.location, event.claim.rightsholder, "held")
        case ClaimMade():
            index.note_link(event.subject.id, event.claim.rightsholder, "held")
        case IdentifierAdded():
            _note_identifier(index, event.work, event.identifier)
        case LinkMade():
            index.note_link(event.work, event.to, "link")
        case AssuranceGained() if event.identifier is None:
            index.note_link(event.rightsholder, event.subject.id, "granted")
        case Declared() if event.grantee is not None:
            index.note_link(event.subject.id, event.grantee, "names")
        case PlatformAffiliated():
            index.note_link(event.platform, event.parent, "belongs")
            index.note_link(event.parent, event.platform, "belongs")


def _note_identifier(index: ExportIndex, work: str, text: str) -> None:
    identifier = parse_identifier(text)
    index.note_key(identifier.wide_key, work)
    if identifier.scheme == "url":
        index.note_address(work, identifier.wide)


def _note_claims_in_scope(index: ExportIndex, scope: Scope, event: AnyEvent) -> None:
    match event:
        case WorkRegistered() if event.claim.rightsholder in scope.rightsholder:
            index.seed("work", event.work)
        case LocationRegistered() if event.claim.rightsholder in scope.rightsholder:
            index.seed("location", event.location)
        case ClaimMade() if event.claim.rightsholder in scope.rightsholder:
            index.seed(event.subject.kind, event.subject.id)
        case RightsholderRegistered() if event.rightsholder in scope.rightsholder:
            index.seed("catalogue", event.rightsholder)


def covering(wide: str) -> list[bytes]:
    """The keys of every location that may cover an address of this wide form."""
    return [key for key, _ in covering_keys(wide)]
