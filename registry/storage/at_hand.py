"""What look-ups share while nothing is declared: rightsholders, locations, where the keys of locations lead, and what
the cards of works and the folders of URLs come to (`glances.py`).

Guarantee: what a shelf gives was read at the very state of the projection that it stands for (`State`): the log's size
and root, of which everything in the projection is a function, and how often it was made anew, because what is made anew
was perhaps not what it should have been. Works are not kept: there are too many, and each is asked for once.
"""

from collections.abc import Sequence
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
MOST_BYTES: Final = 4_096
"""A longer dossier (as it is stored) is read every time, so that a shelf stays under some 25 MB."""


class State(NamedTuple):
    """Which projection: folded from so many events under this root, and made anew so many times."""

    size: int
    root: bytes
    built: int


class Verdicts:
    """What cards and folders come to in one category. Each holds for a time of its own."""

    __slots__ = ("folders", "works")

    def __init__(self) -> None:
        self.works: dict[bytes, WorkVerdict] = {}
        self.folders: dict[str, FolderVerdict] = {}

    def keep_work(self, card: bytes, verdict: WorkVerdict) -> None:
        """By the card."""
        _keep(self.works, card, verdict, MOST_VERDICTS)

    def keep_folder(self, name: str, verdict: FolderVerdict) -> None:
        """By the folder's name."""
        _keep(self.folders, name, verdict, MOST_VERDICTS)


class Shelf:
    """One state's. Nobody changes what lies here: all threads look at the same structures."""

    __slots__ = ("_dossiers", "_folders", "_places", "_sites", "_verdicts", "state")

    def __init__(self, state: State | None) -> None:
        self.state = state
        self._dossiers: dict[str, Dossier] = {}
        self._places: dict[bytes, tuple[Subject, ...]] = {}
        self._folders: dict[str, Folder] = {}
        self._sites: dict[str, bool] = {}
        self._verdicts: dict[Usage, Verdicts] = {}

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
        _keep(self._folders, name, folder, MOST_FOLDERS)

    def inhabited(self, site: str) -> bool | None:
        """Does some location lie on this site, or on one above that may speak for it? None: it has to be read."""
        return self._sites.get(site)

    def keep_site(self, site: str, inhabited: bool) -> None:
        """Whether some location does."""
        _keep(self._sites, site, inhabited, MOST_SITES)

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

    def at(self, state: State) -> Shelf:
        """The shelf of this state; an empty one where another state was looked at last."""
        shelf = self._shelf
        if shelf.state != state:
            shelf = self._shelf = Shelf(state)
        return shelf
