"""What the rows of a catalogue say, gathered work by work in a file of its own: so rows in any order give the same.

Works are numbered by `place`: compositions, then releases, then the others, each by principal identifier; whatever a
link leads to comes before what has the link. The file is made as a whole from the catalogue, and then only read; rows
that turn out to be one too many for a work are added to the rejected ones.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry.catalogues.rows import Fault
from registry.catalogues.works_named import Entry, Named, in_order
from registry.domain.vocabulary import LinkKind, WorkKind

_FORM: Final = """
CREATE TABLE rejected (number INTEGER PRIMARY KEY, field TEXT, code TEXT, words TEXT);
CREATE TABLE named (key TEXT, own INTEGER, title TEXT, identifiers TEXT, number INTEGER);
CREATE TABLE links (key TEXT, kind TEXT, other TEXT);
CREATE TABLE refs (reference TEXT PRIMARY KEY, key TEXT);
CREATE TABLE contained (release TEXT, reference TEXT);
CREATE TABLE works (place INTEGER PRIMARY KEY, key TEXT);
"""
_FINISH: Final = """
INSERT INTO links SELECT refs.key, 'part_of', contained.release FROM contained JOIN refs USING (reference);
INSERT INTO works (key) SELECT key FROM named GROUP BY key
  ORDER BY CASE WHEN key LIKE 'composition %' THEN 0 WHEN key LIKE 'release %' THEN 1 ELSE 2 END, key;
CREATE INDEX named_key ON named (key);
CREATE INDEX links_key ON links (key);
"""
_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class StagedWork:
    """One work of a catalogue. `key`: its kind and principal identifier; `rows`: the numbers of those that name it;
    `links`: kind and the key of the other work, which may be somebody else's."""

    place: int
    key: str
    kind: WorkKind
    title: str
    identifiers: tuple[str, ...]
    rows: tuple[int, ...]
    links: tuple[tuple[LinkKind, str], ...]


def key_of(named: Named) -> str:
    """The key of a work as a row names it."""
    return f"{named.kind.value} {named.principal}"


class Staging:
    """The file while it is made; `rejected` rows so far."""

    def __init__(self, connection: sqlite3.Connection, *, own_compositions: bool) -> None:
        self._connection = connection
        self._own_compositions = own_compositions
        self._named: list[tuple[str, int, str, str, int]] = []
        self._links: list[tuple[str, str, str]] = []
        self.rejected = 0

    def add(self, entry: Entry) -> None:
        """What one row says."""
        work = key_of(entry.work)
        self._name(entry.work, work, entry.number, own=True)
        if entry.release is not None:
            release = key_of(entry.release)
            self._name(entry.release, release, entry.number, own=False)
            self._links.append((work, LinkKind.PART_OF, release))
        for composition in entry.compositions:
            key = key_of(composition)
            if self._own_compositions:
                self._name(composition, key, entry.number, own=False)
            self._links.append((work, LinkKind.EMBODIES, key))
        self._refer(entry, work)
        if len(self._named) >= _AT_ONCE:
            self._write()

    def reject(self, number: int, fault: Fault) -> None:
        """This row is not taken."""
        self.rejected += 1
        _reject(self._connection, [(number, fault)])

    def finish(self) -> int:
        """Numbers the works. Returns how many there are."""
        self._write()
        self._connection.executescript(_FINISH)
        self._connection.commit()
        return int(self._connection.execute("SELECT count(*) FROM works").fetchone()[0])

    def _name(self, named: Named, key: str, number: int, *, own: bool) -> None:
        texts = json.dumps(named.identifiers)
        self._named.append((key, int(own), named.title, texts, number))

    def _refer(self, entry: Entry, key: str) -> None:
        if entry.reference and not entry.contains:
            given = (entry.reference, key)
            self._connection.execute("INSERT OR IGNORE INTO refs VALUES (?, ?)", given)
        if entry.work.kind is WorkKind.RELEASE:
            pairs = [(key, reference) for reference in dict.fromkeys(entry.contains)]
            self._connection.executemany("INSERT INTO contained VALUES (?, ?)", pairs)

    def _write(self) -> None:
        self._connection.executemany("INSERT INTO named VALUES (?, ?, ?, ?, ?)", self._named)
        self._connection.executemany("INSERT INTO links VALUES (?, ?, ?)", self._links)
        self._named.clear()
        self._links.clear()


@contextmanager
def staging(path: Path, *, own_compositions: bool) -> Iterator[Staging]:
    """Makes the file. It is no database that could be half written: whoever is killed begins anew."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript(_FORM)
        yield Staging(connection, own_compositions=own_compositions)
        connection.commit()


class StagedWorks:
    """The file as it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def after(self, place: int, limit: int) -> list[StagedWork]:
        """The next works, in their order."""
        reach = (place, place + limit)
        with closing(sqlite3.connect(self._path)) as connection:
            named = connection.execute(
                "SELECT works.place, works.key, own, title, identifiers, number FROM works JOIN named USING (key) "
                "WHERE works.place > ? AND works.place <= ? ORDER BY works.place, number",
                reach,
            ).fetchall()
            linked = connection.execute(
                "SELECT DISTINCT works.place, kind, other FROM works JOIN links USING (key) "
                "WHERE works.place > ? AND works.place <= ? ORDER BY 1, 2, 3",
                reach,
            ).fetchall()
        links: dict[int, list[tuple[LinkKind, str]]] = {}
        for at, kind, other in linked:
            links.setdefault(at, []).append((LinkKind(kind), other))
        rows: dict[int, list[Any]] = {}
        for each in named:
            rows.setdefault(each[0], []).append(each)
        return [_work(at, found, tuple(links.get(at, ()))) for at, found in rows.items()]

    def reject(self, numbers: Iterable[int], fault: Fault) -> int:
        """These rows are not taken either. Returns how many rows are not, in all. Safe to repeat."""
        with closing(sqlite3.connect(self._path)) as connection:
            _reject(connection, [(number, fault) for number in numbers])
            connection.commit()
            return int(connection.execute("SELECT count(*) FROM rejected").fetchone()[0])

    def rejected(self) -> Iterator[tuple[int, Fault]]:
        """The rows that are not taken, in their order."""
        with closing(sqlite3.connect(self._path)) as connection:
            for number, field, code, words in connection.execute(
                "SELECT number, field, code, words FROM rejected ORDER BY number"
            ):
                yield number, Fault(field, code, words)


def _reject(connection: sqlite3.Connection, rows: list[tuple[int, Fault]]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO rejected VALUES (?, ?, ?, ?)",
        [(number, fault.field, fault.code, fault.words) for number, fault in rows],
    )


def _work(place: int, rows: list[Any], links: tuple[tuple[LinkKind, str], ...]) -> StagedWork:
    key: str = rows[0][1]
    kind = WorkKind(key.partition(" ")[0])
    texts = {text for row in rows for text in json.loads(row[4])}
    identifiers = in_order(kind, texts)
    return StagedWork(
        place=place,
        key=key,
        kind=kind,
        title=_title([(row[2], row[3]) for row in rows])
        or f"{kind.value.capitalize()} {identifiers[0]}",
        identifiers=identifiers,
        rows=tuple(dict.fromkeys(row[5] for row in rows)),
        links=links,
    )


def _title(said: list[tuple[int, str]]) -> str:
    """The title that most rows give it, of several the smallest; a row of the work's own goes before all others."""
    own = [title for is_own, title in said if is_own and title]
    counts = Counter(own or [title for _, title in said if title])
    return min(counts, key=lambda title: (-counts[title], title)) if counts else ""
