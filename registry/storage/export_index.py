"""What names what in a log, in a scratch file of its own: from it comes which events a scoped export takes in.

A SQLite file beside the export, without durability: it holds as much as it needs without memory, and is made anew
where a run was killed before it was whole. The closure is that of docs/formats.md, "Export".
"""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Literal

Kind = Literal["work", "location", "rightsholder"]
Why = Literal["held", "link", "granted", "names", "belongs"]

_TABLES: Final = """
CREATE TABLE event (seq INTEGER PRIMARY KEY, whose TEXT, always INTEGER NOT NULL, names INTEGER NOT NULL);
CREATE TABLE kind (id TEXT PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE met (key BLOB, id TEXT, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE TABLE address (work TEXT, wide TEXT, PRIMARY KEY (work, wide)) WITHOUT ROWID;
CREATE TABLE leads (source TEXT, why TEXT, target TEXT, PRIMARY KEY (source, why, target)) WITHOUT ROWID;
CREATE TABLE stated (declaration TEXT, category TEXT, PRIMARY KEY (declaration, category)) WITHOUT ROWID;
CREATE TABLE record (seq INTEGER PRIMARY KEY, time TEXT NOT NULL);
CREATE INDEX record_time ON record (time);
CREATE TABLE seed (id TEXT PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE heard (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE there (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE named (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE taken (seq INTEGER PRIMARY KEY, withheld INTEGER NOT NULL);
"""


class ExportIndex:
    """One scratch file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA temp_store = FILE")

    @property
    def is_whole(self) -> bool:
        """Was it filled to the end by an earlier run?"""
        return bool(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def begin(self) -> None:
        """Empties it."""
        names = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in names.fetchall():
            self._connection.execute(f"DROP TABLE {name}")
        self._connection.executescript(_TABLES)
        self._connection.execute("BEGIN")

    def close(self) -> None:
        self._connection.close()

    # -- what the log says ---------------------------------------------------------------------------

    def note_event(self, seq: int, whose: str | None, *, always: bool, names: bool) -> None:
        """An event belongs to the history of this dossier, or of none. `names`: it makes a rightsholder known."""
        self._add("event", seq, whose, always, names)

    def note_kind(self, id: str, kind: Kind) -> None:
        self._add("kind", id, kind)

    def note_key(self, key: bytes, id: str) -> None:
        """A wide key, or a location's key, leads to this work or location."""
        self._add("met", key, id)

    def note_address(self, work: str, wide: str) -> None:
        self._add("address", work, wide)

    def note_link(self, source: str, target: str, why: Why) -> None:
        self._add("leads", source, why, target)

    def note_statement(self, declaration: str, category: str) -> None:
        """This statement is in the scope, its time apart."""
        self._add("stated", declaration, category)

    def note_record(self, seq: int, time: str) -> None:
        """This record has rows in the scope. `time` in the form of `rfc3339`."""
        self._add("record", seq, time)

    def seed(self, kind: str, id: str) -> None:
        """A work, location or catalogue in the scope."""
        self._add("seed", id, kind)

    def _add(self, table: str, *values: object) -> None:
        marks = ", ".join("?" * len(values))
        self._connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", values)  # noqa: S608

    def take_always(self, seq: int) -> None:
        """The event is taken in, whatever follows."""
        self._connection.execute("UPDATE event SET always = 1 WHERE seq = ?", (seq,))

    # -- what follows --------------------------------------------------------------------------------

    def settle(self, covering: Callable[[str], Iterable[bytes]]) -> None:
        """Works out what is taken in. `covering`: an address → the keys of locations that may cover it."""
        run = self._connection.execute
        run("INSERT OR IGNORE INTO heard SELECT id FROM seed")
        run(
            "INSERT OR IGNORE INTO heard SELECT other.id FROM seed JOIN met ON met.id = seed.id "
            "JOIN met AS other ON other.key = met.key WHERE seed.kind = 'work'"
        )
        self._follow("heard", ("link",))
        self._find_locations(covering)
        # whoever holds what is heard speaks with their catalogue, and with what proves it
        run(
            "INSERT OR IGNORE INTO heard SELECT target FROM heard JOIN leads ON source = id AND why = 'held'"
        )
        run("INSERT OR IGNORE INTO there SELECT id FROM heard")
        self._follow("there", ("granted", "link", "names", "belongs"))
        run(
            "INSERT OR IGNORE INTO named SELECT target FROM there JOIN leads ON source = there.id "
            "AND why = 'held' WHERE target NOT IN (SELECT id FROM there)"
        )
        run(
            "INSERT INTO taken SELECT seq, 0 FROM event WHERE always OR whose IN (SELECT id FROM there)"
        )
        run(
            "INSERT OR IGNORE INTO taken SELECT seq, 1 FROM event WHERE names AND whose IN (SELECT id FROM named)"
        )
        run("COMMIT")
        run("PRAGMA user_version = 1")

    def _follow(self, table: str, whys: tuple[Why, ...]) -> None:
        """Everything that these ways lead to, until nothing is new."""
        marks = ", ".join(f"'{why}'" for why in whys)
        while True:
            added = self._connection.execute(
                f"INSERT OR IGNORE INTO {table} SELECT target FROM {table} "  # noqa: S608
                f"JOIN leads ON source = id AND why IN ({marks})"
            )
            if added.rowcount <= 0:
                return

    def _find_locations(self, covering: Callable[[str], Iterable[bytes]]) -> None:
        run = self._connection.execute
        addresses = run("SELECT DISTINCT wide FROM heard JOIN address ON work = id ORDER BY wide")
        for (wide,) in addresses.fetchall():
            for key in covering(wide):
                run(
                    "INSERT OR IGNORE INTO heard SELECT met.id FROM met JOIN kind ON kind.id = met.id "
                    "WHERE key = ? AND kind = 'location'",
                    (key,),
                )

    # -- what is asked of it -------------------------------------------------------------------------

    def taken(self, first: int, last: int) -> dict[int, bool]:
        """Of the events with first ≤ seq < last those that are taken in, and whether their bodies are withheld."""
        found = self._connection.execute(
            "SELECT seq, withheld FROM taken WHERE seq >= ? AND seq < ?", (first, last)
        )
        return {seq: bool(withheld) for seq, withheld in found}

    def was_stated(self, declaration: str, category: str) -> bool:
        """Is this statement in the scope, its time apart?"""
        found = self._connection.execute(
            "SELECT 1 FROM stated WHERE declaration = ? AND category = ?", (declaration, category)
        )
        return found.fetchone() is not None

    def has_record(self, seq: int) -> bool:
        """Is this event a record with rows in the scope?"""
        found = self._connection.execute("SELECT 1 FROM record WHERE seq = ?", (seq,))
        return found.fetchone() is not None

    def has_record_between(self, since: str, until: str) -> bool:
        """Is there one with since ≤ time < until?"""
        found = self._connection.execute(
            "SELECT 1 FROM record WHERE time >= ? AND time < ? LIMIT 1", (since, until)
        )
        return found.fetchone() is not None
