"""The tables of questions that were asked: one row a question of a platform, the hourly roots over these rows, and what
artists may know of it. `tables` has all others.

`until` is the end of an hour (ms), and names it. To which hour a row belongs is settled when it is written, under the
write lock, so that no hour that was closed can get another row.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from registry.storage.schema import ROW_NUMBER, metadata

asks = Table(
    "asks",
    metadata,
    Column("number", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
    Column("platform", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("question", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Index("ix_asks_until_number", "until", "number"),
    Index("ix_asks_platform_number", "platform", "number"),
)

# one row an hour that is closed; `seq` (null: not yet) is the log's entry with its root; `forgotten_at`: its rows are
# gone, because their time was over
ask_roots = Table(
    "ask_roots",
    metadata,
    Column("until", BigInteger, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    Column("count", BigInteger),
    Column("root", LargeBinary),
    Column("seq", BigInteger),
    Column("forgotten_at", BigInteger),
)

# the tiles of an hour's tree above its leaves, which are the rows themselves
ask_tiles = Table(
    "ask_tiles",
    metadata,
    Column("until", BigInteger, primary_key=True, autoincrement=False),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# how often a platform was told something about a work on a day (its beginning, ms)
lookup_counts = Table(
    "lookup_counts",
    metadata,
    Column("work", Text, primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("platform", Text, primary_key=True),
    Column("usage", Text, primary_key=True),
    Column("decision", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Index("ix_lookup_counts_day", "day"),
    sqlite_with_rowid=False,
)

# the same as it came, before it is added up: ids of works with blanks between, in rows that are numbered as they come
told_works = Table(
    "told_works",
    metadata,
    Column("number", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("platform", Text, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("usage", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("works", Text, nullable=False),
)
