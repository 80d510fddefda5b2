"""What one transaction has read for the rules: `matching.Facts`, which knows what it was not asked to read.

An absence is told only of what was looked for; whatever else is asked for raises.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, NoReturn

from registry.domain.dossiers import Dossier, DossierKind, Location, Platform, Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.identifiers import Identifier
from registry.domain.matching import location_keys
from registry.storage.at_hand import Shelf


class LoadedFacts:
    """`matching.Facts` over what one transaction has read. A key that was not read raises."""

    meeting: Callable[[bytes], Sequence[Subject]]
    """Works and locations to which a key leads that was asked for. Raises: LookupError for any other."""

    def __init__(self) -> None:
        self.dossiers: dict[str, Dossier] = {}
        """What was read, by id."""
        self._index = _Index()
        self.meeting = self._index.__getitem__

    def __len__(self) -> int:
        return len(self.dossiers)

    def has(self, id: str) -> bool:
        return id in self.dossiers

    def add(self, dossier: Dossier) -> None:
        self.dossiers[dossier.id] = dossier

    def ask(self, keys: Iterable[bytes]) -> None:
        """These keys are looked for: what they lead to will be read."""
        index = self._index
        for key in keys:
            if key not in index:
                index[key] = ()

    def not_asked(self, keys: Iterable[bytes]) -> dict[bytes, None]:
        """Those of these keys that were not looked for yet, each once, in order."""
        index = self._index
        return {key: None for key in keys if key not in index}

    def lead(self, key: bytes, kind: Any, id: str) -> None:
        self._index[key] = (*self._index[key], Subject(kind, id))

    def take(self, shelf: Shelf, places: Iterable[bytes], ids: Iterable[str]) -> "Taken":
        """What of these keys of locations and these dossiers is at hand."""
        fresh: list[Dossier] = []
        places_left: list[bytes] = []
        known = self.dossiers
        for key in places:
            found = shelf.place(key)
            if found is None:
                places_left.append(key)
            elif found[0]:
                self._index[key] = found[0]
                fresh += [dossier for dossier in found[1] if dossier.id not in known]
                for dossier in found[1]:
                    known[dossier.id] = dossier
        ids_left: list[str] = []
        for id in ids:
            lies_there = shelf.dossier(id)
            if lies_there is None:
                ids_left.append(id)
            elif id not in known:
                known[id] = lies_there
                fresh.append(lies_there)
        return Taken(fresh, places_left, ids_left)

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        found = self.dossiers.get(id)
        if found is None or type(found) is not _KINDS[kind]:
            raise LookupError(f"no {kind} {id}")
        return found


class Taken(NamedTuple):
    """The dossiers that are new, and the keys and ids that have to be read."""

    fresh: list[Dossier]
    places: list[bytes]
    ids: list[str]


class _Index(dict[bytes, tuple[Subject, ...]]):
    """What each key leads to. That it leads nowhere is known only of a key that was looked for."""

    def __missing__(self, key: bytes) -> NoReturn:
        raise LookupError("a key was not read before it was asked for")


_KINDS: dict[DossierKind, type[Dossier]] = {
    "work": Work,
    "location": Location,
    "rightsholder": Rightsholder,
    "platform": Platform,
}


def keys_of(identifiers: Iterable[Identifier]) -> tuple[dict[bytes, None], dict[bytes, None]]:
    """The keys by which these identifiers meet works, and those by which they meet locations; each once, in order. (One
    of the first kind leads to works alone, one of the second to locations: what is hashed begins in another way.)"""
    works: dict[bytes, None] = {}
    places: dict[bytes, None] = {}
    for identifier in identifiers:
        works[identifier.wide_key] = None
        if identifier.scheme == "url":
            places |= dict.fromkeys([key for key, _ in identifier.location_keys])
    return works, places


def what_they_refer_to(
    facts: LoadedFacts, fresh: Sequence[Dossier]
) -> tuple[list[str], dict[bytes, None]]:
    """The dossiers and the keys of locations that these dossiers lead to and that were not read yet."""
    ids: dict[str, None] = {}
    keys: list[bytes] = []
    for dossier in fresh:
        if not (isinstance(dossier, Work) or isinstance(dossier, Location)):  # noqa: SIM101 - no type is built anew
            continue
        for claim in dossier.claims:
            ids[claim.rightsholder] = None
        if isinstance(dossier, Work):
            for link in dossier.links:
                ids[link.to] = None
            for held in dossier.identifiers:
                if held.text.startswith("https://"):
                    keys += [key for key, _ in location_keys(held.wide or held.text)]
    known = facts.dossiers
    return [id for id in ids if id not in known], facts.not_asked(keys)
