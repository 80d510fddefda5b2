"""A census: what is registered and said, counted over every dossier at one moment, without a name or a title in it.

Plain sums, month by month and use by use; `services.take_census` feeds it and adds what platforms asked.
"""

from collections.abc import Iterator, Sequence

import msgspec

from registry.domain.dossiers import (
    Dossier,
    Grant,
    HeldDeclaration,
    Location,
    Rightsholder,
    Work,
)
from registry.domain.standing import Standing, in_force
from registry.domain.vocabulary import Assurance, Preference, Usage
from registry.instants import DAY_MS, month_of

Counts = dict[str, int]
WAITS = ("same-day", "within-a-week", "within-a-month", "later")
"""How long it took from a no to the first day on which a platform was told so."""
_RISING = list(Assurance)


class Census(msgspec.Struct):
    """`at` (ms) and the log's size say of when it is. Months are named as in 2026-11 (UTC)."""

    at: int
    size: int
    works: dict[str, Counts] = {}
    """Month of registration → kind → works."""
    declarations: dict[str, dict[str, Counts]] = {}
    """Month → use → preference → statements made."""
    standing: dict[str, Counts] = {}
    """Use → preference → statements that stand at `at`, for everybody, about works, places and catalogues."""
    claims: Counts = {}
    """Assurance → claims on works and places whose strongest proof of their own is this one."""
    wide_proofs: Counts = {}
    """`prefix` or `location` → proofs that count for every claim of their rightsholder."""
    waits: Counts = {}
    """One of WAITS → (work, use) pairs with a no that stands, by when a platform was first told so; `not-asked`."""
    lookups: dict[str, Counts] = {}
    """Platform → decision → items answered."""
    lookups_by_month: dict[str, Counts] = {}
    """Month → decision → items answered."""

    def count(self, dossier: Dossier) -> None:
        """Adds one dossier."""
        if isinstance(dossier, Work | Location):
            for claim in dossier.claims:
                if not claim.ended:
                    count(self.claims, _strongest(claim.grants).value)
        if isinstance(dossier, Work) and dossier.claims:
            month = month_of(min(claim.at for claim in dossier.claims))
            count(self.works.setdefault(month, {}), dossier.kind.value)
        if isinstance(dossier, Rightsholder):
            for grant in dossier.grants:
                if not grant.lapsed:
                    count(self.wide_proofs, "prefix" if grant.prefix is not None else "location")
        if isinstance(dossier, Work | Location | Rightsholder):
            self._count_said(dossier.declarations)

    def count_waits(self, work: Work, told: dict[str, list[int]]) -> None:
        """Adds how long each no about this work waited: `told` has, for each use, the days (their beginnings, ms) on
        which a platform was refused."""
        for usage in Usage:
            since = [
                said.declaration.at
                for said in self._said_to_all(work.declarations, usage)
                if said.preference is Preference.DENY
            ]
            if since:
                count(self.waits, _waited(min(since), told.get(usage.value, ())))

    def _count_said(self, declarations: list[HeldDeclaration]) -> None:
        for declaration in declarations:
            by_use = self.declarations.setdefault(month_of(declaration.at), {})
            for statement in declaration.statements:
                count(by_use.setdefault(statement.usage.value, {}), statement.preference.value)
        for usage in Usage if declarations else ():
            for said in self._said_to_all(declarations, usage):
                count(self.standing.setdefault(usage.value, {}), said.preference.value)

    def _said_to_all(self, declarations: list[HeldDeclaration], usage: Usage) -> Iterator[Standing]:
        for rightsholder in dict.fromkeys(each.rightsholder for each in declarations):
            for said in in_force(declarations, rightsholder, usage, self.at):
                if said.grantee is None:
                    yield said


def count(counts: Counts, name: str, number: int = 1) -> None:
    """Adds to one of several sums."""
    counts[name] = counts.get(name, 0) + number


def _strongest(grants: list[Grant]) -> Assurance:
    levels = [grant.level for grant in grants if not grant.lapsed]
    return max(levels, key=_RISING.index, default=Assurance.DECLARED)


def _waited(since: int, days: Sequence[int]) -> str:
    first = min((day for day in days if day + DAY_MS > since), default=None)
    if first is None:
        return "not-asked"
    if first <= since:
        return WAITS[0]
    waited = (first - since) // DAY_MS
    return WAITS[1] if waited < 7 else WAITS[2] if waited < 30 else WAITS[3]
