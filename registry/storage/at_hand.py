"""What look-ups share while nothing is declared: rightsholders, locations, and where the keys of locations lead.

Guarantee: what a shelf gives was read at the very state of the projection that it stands for (`State`): the log's size
and root, of which everything in the projection is a function, and how often it was made anew, because what is made anew
was perhaps not what it should have been. Works are not kept: there are too many, and each is asked for once.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from registry.domain.dossiers import Dossier, Location, Rightsholder
from registry.domain.events import Subject

MOST_DOSSIERS: Final = 5_000
MOST_PLACES: Final = 10_000
MOST_BYTES: Final = 4_096
"""A longer dossier (as it is stored) is read every time, so that a shelf stays under some 25 MB."""


class State(NamedTuple):
    """Which projection: folded from so many events under this root, and made anew so many times."""

    size: int
    root: bytes
    built: int


class Shelf:
    """One state's. Nobody changes what lies here: all threads look at the same structures."""

    __slots__ = ("_dossiers", "_places", "state")

    def __init__(self, state: State | None) -> None:
        self.state = state
        self._dossiers: dict[str, Dossier] = {}
        self._places: dict[bytes, tuple[Subject, ...]] = {}

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
            if len(self._dossiers) >= MOST_DOSSIERS:
                self._dossiers.clear()
            self._dossiers[dossier.id] = dossier

    def keep_place(self, key: bytes, subjects: Sequence[Subject]) -> None:
        """Where a key of locations leads, or that it leads nowhere."""
        if len(self._places) >= MOST_PLACES:
            self._places.clear()
        self._places[key] = tuple(subjects)


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
