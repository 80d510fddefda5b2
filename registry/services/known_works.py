"""Which works of a catalogue are in the registry already, many at a time."""

from collections.abc import Iterable, Sequence
from typing import Final

from registry.catalogues.works_named import principal
from registry.domain.dossiers import Work
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import WorkKind
from registry.services.find import standing, the_work
from registry.storage.staged_works import StagedWork
from registry.storage.unit_of_work import UnitOfWork

MOST_MET: Final = 16
"""Of works of others that one identifier leads to, so many are linked."""


class KnownWorks:
    """What the keys of some works, and of those that they are linked to, lead to; read in one go.

    A work is known again by who claims it, its kind and its principal identifier (`works_named.principal`).
    """

    def __init__(self, uow: UnitOfWork, rightsholder: str, works: Sequence[StagedWork]) -> None:
        self._uow = uow
        self._rightsholder = rightsholder
        self._own: dict[str, Work | None] = {}
        self._met: dict[str, list[Work]] = {}
        self._read({work.key for work in works} | {key for work in works for _, key in work.links})

    def own(self, key: str) -> Work | None:
        """The rightsholder's work of this key."""
        return self._own[key]

    def linked(self, key: str) -> list[Work]:
        """The works that a link to this key leads to: the rightsholder's own, else those of others."""
        own = self._own[key]
        return self._met[key] if own is None else [own]

    def note(self, key: str, work: Work) -> None:
        """It was registered just now."""
        if key in self._own:
            self._own[key] = work

    def _read(self, keys: Iterable[str]) -> None:
        wanted = sorted(keys)
        places = {key: parse_identifier(key.partition(" ")[2]).wide_key for key in wanted}
        met = self._uow.projection.meeting_each(places.values())
        ids = [each.id for found in met.values() for each in found if each.kind == "work"]
        self._uow.projection.load(ids)
        for key in wanted:
            kind, _, text = key.partition(" ")
            found = [
                work
                for each in met.get(places[key], ())
                if each.kind == "work"
                and (work := the_work(self._uow, each.id)).kind == kind
                and text in {held.text for held in work.identifiers}
            ]
            self._own[key] = next((work for work in found if self._is_own(work, text)), None)
            self._met[key] = found[:MOST_MET]

    def _is_own(self, work: Work, text: str) -> bool:
        return any(claim.rightsholder == self._rightsholder for claim in standing(work)) and (
            principal(WorkKind(work.kind), [held.text for held in work.identifiers]) == text
        )
