"""What one transaction has read for the rules: `matching.Facts`, which knows what it was not asked to read.

An absence is told only of what was looked for; whatever else is asked for raises.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from registry.domain.dossiers import Dossier, DossierKind, Location, Platform, Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.matching import location_keys


class LoadedFacts:
    """`matching.Facts` over what one transaction has read. A key that was not read raises."""

    def __init__(self) -> None:
        self._dossiers: dict[str, Dossier] = {}
        self._index: dict[bytes, list[Subject]] = {}

    def __len__(self) -> int:
        return len(self._dossiers)

    def has(self, id: str) -> bool:
        return id in self._dossiers

    def add(self, dossier: Dossier) -> None:
        self._dossiers[dossier.id] = dossier

    def ask(self, keys: Iterable[bytes]) -> None:
        """These keys are looked for: what they lead to will be read."""
        for key in keys:
            self._index.setdefault(key, [])

    def asked(self, key: bytes) -> bool:
        return key in self._index

    def lead(self, key: bytes, kind: Any, id: str) -> None:
        self._index[key].append(Subject(kind, id))

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        found = self._dossiers.get(id)
        if found is None or type(found) is not _KINDS[kind]:
            raise LookupError(f"no {kind} {id}")
        return found

    def meeting(self, key: bytes) -> Iterable[Subject]:
        found = self._index.get(key)
        if found is None:
            raise LookupError("a key was not read before it was asked for")
        return found


_KINDS: dict[DossierKind, type[Dossier]] = {
    "work": Work,
    "location": Location,
    "rightsholder": Rightsholder,
    "platform": Platform,
}


def what_they_refer_to(
    facts: LoadedFacts, fresh: Sequence[Dossier]
) -> tuple[list[str], dict[bytes, None]]:
    """The dossiers and keys that these dossiers lead to and that were not read yet."""
    ids: dict[str, None] = {}
    keys: dict[bytes, None] = {}
    for dossier in fresh:
        if not isinstance(dossier, Work | Location):
            continue
        for claim in dossier.claims:
            ids[claim.rightsholder] = None
        if isinstance(dossier, Work):
            for link in dossier.links:
                ids[link.to] = None
            for held in dossier.identifiers:
                if held.text.startswith("https://"):
                    for key, _ in location_keys(held.wide or held.text):
                        if not facts.asked(key):
                            keys[key] = None
    return [id for id in ids if not facts.has(id)], keys
