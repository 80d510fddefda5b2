"""The whole registry folded in memory: what an auditor or a test replays a log into."""

from collections import defaultdict
from collections.abc import Iterable

from registry.domain.dossiers import Dossier, DossierKind
from registry.domain.event_body import Sequenced
from registry.domain.events import Subject
from registry.domain.fold import fold


class State:
    """Dossiers of a log prefix. Serves both as `folding.access.Dossiers` and as `matching.Facts`."""

    def __init__(self, entries: Iterable[Sequenced] = ()) -> None:
        self._dossiers: dict[tuple[str, str], Dossier] = {}
        self._index: dict[bytes, list[Subject]] = defaultdict(list)
        self.handles: dict[str, Subject] = {}
        self.holdings: dict[str, list[Subject]] = defaultdict(list)
        for entry in entries:
            self.apply(entry)

    def apply(self, entry: Sequenced) -> None:
        """Folds the next entry in. Raises: LookupError for a log that refers to what it never made."""
        fold(self, entry)

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        try:
            return self._dossiers[kind, id]
        except KeyError:
            raise LookupError(f"no {kind} {id}") from None

    def dossiers(self) -> Iterable[Dossier]:
        """All of them, in the order in which they were first kept."""
        return self._dossiers.values()

    def keep(self, kind: DossierKind, dossier: Dossier) -> None:
        self._dossiers[kind, dossier.id] = dossier

    def index(self, key: bytes, subject: Subject) -> None:
        if subject not in self._index[key]:
            self._index[key].append(subject)

    def handle(self, id: str, subject: Subject) -> None:
        self.handles[id] = subject

    def hold(self, rightsholder: str, subject: Subject) -> None:
        if subject not in self.holdings[rightsholder]:
            self.holdings[rightsholder].append(subject)

    def meeting(self, key: bytes) -> Iterable[Subject]:
        """Works and locations to which this wide key or location key leads."""
        return self._index.get(key, ())
