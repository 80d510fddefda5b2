"""What look-ups share while nothing is declared: rightsholders, locations, where the keys of locations lead, and what
the cards of works and the folders of URLs come to (`glances.py`).

Guarantee: what a shelf gives is as it would be read at the very state of the projection that it stands for (`State`):
the log's size and root, of which everything in the projection is a function, and how often it was made anew, because
what is made anew was perhaps not what it should have been. When the log has grown, what it did not change goes over to
the next shelf. Works are not kept: there are too many, and each is asked for once.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

from registry.domain.dossiers import Dossier, Location, Rightsholder
from registry.domain.events import Subject
from registry.domain.glance import Folder, FolderVerdict, WorkVerdict
from registry.domain.vocabulary import Usage

_K = TypeVar("_K")
_V = TypeVar("_V")

MOST_DOSSIERS: Final = 10_000
MOST_PLACES: Final = 10_000
MOST_FOLDERS: Final = 10_000
MOST_SITES: Final = 10_000
MOST_VERDICTS: Final = 10_000
"""In all categories together."""
MOST_NAME: Final = 512
"""What is known of a folder with a longer name, or comes of a longer card, is found out every time."""
MOST_BYTES: Final = 4_096
"""A longer dossier (as it is stored) is read every time."""


class State(NamedTuple):
    """Which projection: folded from so many events under this root, and made anew so many times."""

    size: int
    root: bytes
    built: int


class Changes(NamedTuple):
    """The rightsholders and locations that were changed, or are new; is any of them a location?"""

    ids: frozenset[str]
    locations: bool

    def touch(self, dossier: Dossier) -> bool:
        """Is it one of them, or a location that one of them ever claimed, and in which their words may stand?"""
        return dossier.id in self.ids or (
            type(dossier) is Location
            and any(claim.rightsholder in self.ids for claim in dossier.claims)
        )


class Verdicts:
    """What cards and folders come to in one category. Each holds for a time of its own."""

    __slots__ = ("folders", "works")

    def __init__(self) -> None:
        self.works: dict[bytes, WorkVerdict] = {}
        self.folders: dict[str, FolderVerdict] = {}

    def __len__(self) -> int:
        return len(self.works) + len(self.folders)

    def but_for(self, changes: Changes) -> "Verdicts":
        """Those that do not depend on what was changed."""
        left = Verdicts()
        for card, each in list(self.works.items()):
            if changes.ids.isdisjoint(each.holders):
                left.works[card] = each
        for name, verdict in list(self.folders.items()):
            if not any(map(changes.touch, verdict.locations)):
                left.folders[name] = verdict
        return left


class Shelf:
    """One state's. Nobody changes what lies here: all threads look at the same structures."""

    __slots__ = ("_dossiers", "_empty", "_folders", "_places", "_sites", "_verdicts", "state")

    def __init__(self, state: State | None) -> None:
        self.state = state
        self._dossiers: dict[str, Dossier] = {}
        self._places: dict[bytes, tuple[Subject, ...]] = {}
        self._folders: dict[str, Folder] = {}
        self._sites: dict[str, bool] = {}
        self._empty: dict[str, bool] = {}
        self._verdicts: dict[Usage, Verdicts] = {}

    def grown(self, state: State, changes: Changes) -> "Shelf":
        """The shelf of a later state of the same log, with what lies here and was not changed. Where nothing was, both
        have the same structures: whatever is read at one of the states holds at the other."""
        grown = Shelf(state)
        if not changes.ids:
            grown._dossiers, grown._verdicts = self._dossiers, self._verdicts
        else:
            for id, dossier in list(self._dossiers.items()):
                if not changes.touch(dossier):
                    grown._dossiers[id] = dossier
        if changes.locations:  # which folders a new one covers is not looked for
            return grown
        grown._places, grown._sites = self._places, self._sites
        if not changes.ids:
            grown._folders = self._folders
            return grown
        for name, folder in list(self._folders.items()):
            if not any(map(changes.touch, folder.locations)):
                grown._folders[name] = folder
        for usage, verdicts in list(self._verdicts.items()):
            grown._verdicts[usage] = verdicts.but_for(changes)
        return grown

    def dossier(self, id: str) -> Dossier | None:
        """A rightsholder or a location; None says only that it has to be read."""
        return self._dossiers.get(id)

    def place(self, key: bytes) -> tuple[tuple[Subject, ...], list[Dossier]] | None:
        """The locations to which a key leads, and their dossiers; None says only that it has to be read."""
        subjects = self._places.get(key)
        if subjects is None:
            return None
        found = [self._dossiers.get(subject.id) for subject in subjects] if subjects else []
        return None if None in found else (subjects, found)  # type: ignore[return-value]

    def keep(self, dossier: Dossier, size: int) -> None:
        """For the next who asks. `size` in bytes, as it is stored."""
        if size <= MOST_BYTES and (type(dossier) is Rightsholder or type(dossier) is Location):
            _keep(self._dossiers, dossier.id, dossier, MOST_DOSSIERS)

    def holds(self, dossier: Dossier) -> bool:
        """Does this very one lie here?"""
        return self._dossiers.get(dossier.id) is dossier

    def keep_place(self, key: bytes, subjects: Sequence[Subject]) -> None:
        """Where a key of locations leads, or that it leads nowhere."""
        _keep(self._places, key, tuple(subjects), MOST_PLACES)

    def folder(self, name: str) -> Folder | None:
        """What covers a folder; None says only that it has to be read."""
        return self._folders.get(name)

    def keep_folder(self, name: str, folder: Folder) -> None:
        """What covers this folder."""
        if len(name) <= MOST_NAME:
            _keep(self._folders, name, folder, MOST_FOLDERS)

    def inhabited(self, site: str) -> bool | None:
        """Does some location lie on this site, or on one above that may speak for it? None: it has to be read."""
        return self._sites.get(site)

    def keep_site(self, site: str, inhabited: bool) -> None:
        """Whether some location does."""
        _keep(self._sites, site, inhabited, MOST_SITES)

    def is_empty(self, site: str) -> bool | None:
        """Has nobody registered anything on this site? None: it has to be read. Known of this very state alone, because
        any work may have brought its site."""
        return self._empty.get(site)

    def keep_empty(self, site: str, nobodys: bool) -> None:
        """Whether nobody has."""
        _keep(self._empty, site, nobodys, MOST_SITES)

    def keep_work_verdict(self, usage: Usage, card: bytes, verdict: WorkVerdict) -> None:
        """What works with this card come to."""
        if len(card) <= MOST_NAME:
            self._room_for_verdicts()
            self.verdicts(usage).works[card] = verdict

    def keep_folder_verdict(self, usage: Usage, name: str, verdict: FolderVerdict) -> None:
        """What URLs in this folder come to."""
        if len(name) <= MOST_NAME:
            self._room_for_verdicts()
            self.verdicts(usage).folders[name] = verdict

    def _room_for_verdicts(self) -> None:
        # a list first: another thread may come with a category that was not there
        if sum(map(len, list(self._verdicts.values()))) >= MOST_VERDICTS:
            self._verdicts.clear()

    def verdicts(self, usage: Usage) -> Verdicts:
        """What was worked out in this category."""
        found = self._verdicts.get(usage)
        if found is None:
            found = self._verdicts.setdefault(usage, Verdicts())
        return found


def _keep(kept: dict[_K, _V], key: _K, value: _V, most: int) -> None:
    if len(kept) >= most:
        kept.clear()
    kept[key] = value


class AtHand:
    """The newest shelf of one process."""

    def __init__(self) -> None:
        self._shelf = Shelf(None)

    def at(self, state: State, changes_since: Callable[[State], Changes | None]) -> Shelf:
        """The shelf of this state: the one of the state that was looked at last; what is left of that one, where
        `changes_since` knows what has happened since; or an empty one (None: it is no later state of that log, or too
        much has)."""
        shelf = self._shelf
        if shelf.state == state:
            return shelf
        if shelf.state is None or shelf.state.built != state.built:
            changes = None
        elif state.size < shelf.state.size:
            return Shelf(state)  # a moment that began before a write, and is over soon
        else:
            changes = changes_since(shelf.state)
        shelf = self._shelf = Shelf(state) if changes is None else shelf.grown(state, changes)
        return shelf
