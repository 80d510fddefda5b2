"""What the items of one question have in common, and what was worked out for one of them and holds for all.

An answer is a pure function of log prefix, question and time (docs/answering.md). The items of a batch share the
prefix, the category, who asks and the time, so what follows from these alone is worked out once: who asks, which
statements are in force at a location or in a catalogue, and when that changes. A sitting lives as long as its
batch, and keeps at most one entry for each place and each of its holders.
"""

from collections.abc import Sequence
from typing import cast

from registry.domain.changes import next_change
from registry.domain.dossiers import HeldDeclaration, Location, Platform, Rightsholder, Work
from registry.domain.matching import Facts
from registry.domain.standing import Standing, in_force
from registry.domain.vocabulary import Usage


class Sitting:
    """One log prefix (`facts`), one category, one asker, one time `at` (ms); cases are heard one after the other."""

    __slots__ = ("_catalogues", "_changes", "_in_force", "asker", "at", "facts", "usage")

    def __init__(self, facts: Facts, usage: Usage, asker: str | None, at: int) -> None:
        self.facts = facts
        self.usage = usage
        self.asker = None if asker is None else _platform(facts, asker)
        self.at = at
        self._in_force: dict[tuple[str, str], list[Standing]] = {}
        self._changes: dict[str, int] = {}
        self._catalogues: dict[str, int] = {}

    def rightsholder(self, id: str) -> Rightsholder:
        """Raises: LookupError."""
        found = self.facts.dossier("rightsholder", id)
        assert type(found) is Rightsholder
        return found

    def in_force(
        self,
        place: Work | Location | None,
        declarations: Sequence[HeldDeclaration],
        rightsholder: str,
    ) -> Sequence[Standing]:
        """What a rightsholder has in force at a place (None: in their catalogue), of what was declared there."""
        if not declarations:
            return ()
        if isinstance(place, Work):  # hardly ever behind a second item
            return in_force(declarations, rightsholder, self.usage, self.at)
        where = rightsholder if place is None else place.id, rightsholder
        found = self._in_force.get(where)
        if found is None:
            found = in_force(declarations, rightsholder, self.usage, self.at)
            self._in_force[where] = found
        return found

    def next_change(self, claimed: Work | Location) -> int:
        """When something about it, or about a catalogue of whoever claims it, next changes by itself (ms)."""
        if isinstance(claimed, Work):  # hardly ever behind a second item
            return self._next_change(claimed)
        found = self._changes.get(claimed.id)
        if found is None:
            found = self._changes[claimed.id] = self._next_change(claimed)
        return found

    def _next_change(self, claimed: Work | Location) -> int:
        first = next_change(claimed, self.at)
        for claim in claimed.claims:
            if not claim.ended:
                first = min(first, self._in_catalogue(claim.rightsholder))
        return first

    def _in_catalogue(self, rightsholder: str) -> int:
        found = self._catalogues.get(rightsholder)
        if found is None:
            found = next_change(self.rightsholder(rightsholder), self.at)
            self._catalogues[rightsholder] = found
        return found


def _platform(facts: Facts, id: str) -> Platform:
    """An asker that was not registered yet is named by nobody."""
    try:
        return cast(Platform, facts.dossier("platform", id))
    except LookupError:
        return Platform(id=id, name="", legal_entity="")
