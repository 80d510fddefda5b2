"""What lies around works and URLs: the locations that cover the folders they lie in, and the rightsholders.

From the shelf of a state of the log, and what is not there from the store: in one round for what is known beforehand,
and in one or two more where only the first tells what else is needed.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from registry.domain.dossiers import Location, Rightsholder, decode_dossier
from registry.domain.glance import Folder
from registry.domain.locations import keys_of_folder, keys_of_site, site_of
from registry.errors import TooLarge
from registry.storage.at_hand import Shelf
from registry.storage.loaded_facts import LoadedFacts
from registry.storage.lookup_statements import ABOVE, ON_POSTGRESQL, ON_SQLITE
from registry.storage.lookups import MOST_DOSSIERS, LookupTransaction, lacking

_EMPTY: Final = Folder((), False)


class Surroundings:
    """Of one batch of questions. Everything that was asked for is there afterwards, or `find` raised."""

    def __init__(self, transaction: LookupTransaction, shelf: Shelf) -> None:
        self._transaction = transaction
        self._shelf = shelf
        self.folders: dict[str, Folder] = {}
        """By name (`locations.folder_of`)."""
        self.facts = LoadedFacts()
        """The rightsholders."""
        self._locations: dict[bytes, list[Location]] = {}
        self._above: set[bytes] = set()
        self._looked_up: set[bytes] = set()

    def find(self, folders: Iterable[str], doubtful: Iterable[str], holders: Iterable[str]) -> None:
        """What covers these folders, these rightsholders, and who holds the locations that were found. `doubtful` are
        folders on sites of which nobody may ever have registered anything: that is looked at first.

        Raises: LookupError where a dossier is missing, TooLarge.
        """
        near = self._not_at_hand(folders)
        far = self._not_at_hand(name for name in doubtful if name not in near)
        sites = {site_of(name): None for name in far}
        unknown = [site for site in sites if self._shelf.inhabited(site) is None]
        self._read(near, unknown, self._strangers(holders))
        for site in unknown:
            self._shelf.keep_site(site, any(key in self._above for key in keys_of_site(site)))
        inhabited = [name for name in far if self._shelf.inhabited(site_of(name)) is not False]
        for name in far:
            self.folders[name] = _EMPTY
        self._read(inhabited, (), ())
        self._keep((*near, *inhabited))
        claimants = {
            claim.rightsholder: None
            for folder in self.folders.values()
            for location in folder.locations
            for claim in location.claims
        }
        self._read((), (), self._strangers(claimants))

    def are_at_hand(self, holders: Iterable[str], locations: Iterable[Location]) -> bool:
        """Do these, which were found, lie on the shelf, too, so that what follows from them may?"""
        return all(self._shelf.dossier(id) is not None for id in holders) and all(
            map(self._shelf.holds, locations)
        )

    def _not_at_hand(self, names: Iterable[str]) -> list[str]:
        """Those of these folders that do not lie on the shelf; the others are taken from there."""
        missing: dict[str, None] = {}
        for name in names:
            folder = self._shelf.folder(name)
            if folder is None:
                missing[name] = None
            else:
                self.folders[name] = folder
        return list(missing)

    def _strangers(self, ids: Iterable[str]) -> list[str]:
        """The same of rightsholders."""
        missing: dict[str, None] = {}
        for id in ids:
            if not self.facts.has(id):
                holder = self._shelf.dossier(id)
                if holder is None:
                    missing[id] = None
                else:
                    self.facts.add(holder)
        return list(missing)

    def _keep(self, names: Iterable[str]) -> None:
        for name in names:
            folder = self.folders[name]
            if all(map(self._shelf.holds, folder.locations)):
                self._shelf.keep_folder(name, folder)

    def _read(self, names: Sequence[str], sites: Sequence[str], ids: Sequence[str]) -> None:
        """One round: these folders, whether anything lies on these sites, these rightsholders."""
        keys = {name: keys_of_folder(name) for name in names}
        covering = {
            key: None for each, _ in keys.values() for key, _ in each if key not in self._looked_up
        }
        self._looked_up.update(covering)
        above = {key: None for _, own in keys.values() for key in own}
        for site in sites:
            above |= dict.fromkeys(keys_of_site(site))
        templates = ON_POSTGRESQL[False] if self._transaction.postgresql else ON_SQLITE
        parts = [
            (template, _evened(list(values)))
            for template, values in (
                (templates.places, covering),
                (templates.dossiers, ids),
                (ABOVE, above),
            )
            if values
        ]
        if parts:
            self._take(self._transaction.round(parts))
        if not all(map(self.facts.has, ids)):
            raise lacking()
        for name, (covered_by, own) in keys.items():
            found = [
                location
                for key, from_parent in covered_by
                for location in self._locations.get(key, ())
                if location.subdomains or not from_parent
            ]
            self.folders[name] = Folder(tuple(found), any(key in self._above for key in own))

    def _take(self, rows: Iterable[Sequence[Any]]) -> None:
        """What was read, laid on the shelf."""
        read = 0
        for key, id, _, body, _ in rows:
            if id is None:
                self._above.add(key)
                continue
            if body is None:
                raise lacking()
            dossier = decode_dossier(body)
            self._shelf.keep(dossier, len(body))
            read += 1
            if type(dossier) is Location:
                self._locations.setdefault(key, []).append(dossier)
            elif type(dossier) is Rightsholder:
                self.facts.add(dossier)
        if read > MOST_DOSSIERS:
            raise TooLarge(
                "too many works, links and claims lie behind this question; ask for fewer items"
            )


def _evened(values: list[Any]) -> list[Any]:
    """As many as a power of two, by the last one again and again, so that few texts are ever prepared."""
    width = 1
    while width < len(values):
        width *= 2
    return values + values[-1:] * (width - len(values))
