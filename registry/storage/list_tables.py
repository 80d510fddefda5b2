"""The tables behind the list of somebody's works: `repertoire`, a projection like the dossiers that it is found by, and
`choices`, what a person has selected in it. `tables` has all others. Times in ms.
"""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from registry.storage.schema import metadata

# one row a rightsholder, work of theirs, and stretch of time `[from_at, until_at)` in which it stays as it is by itself
# (`domain.repertoire` has the columns' meaning). No index but the key: a list is one stretch of it
repertoire = Table(
    "repertoire",
    metadata,
    Column("rightsholder", Text, primary_key=True),
    Column("work", Text, primary_key=True),
    Column("until_at", BigInteger, primary_key=True, autoincrement=False),
    Column("from_at", BigInteger, nullable=False),
    Column("title_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("identifiers", Integer, nullable=False),
    Column("bare", Integer, nullable=False),
    Column("bare_texts", Text, nullable=False),
    sqlite_with_rowid=False,
)

# `works`: ids in JSON; or none, and `filter` says which (a query as in the list's address)
choices = Table(
    "choices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("rightsholder", Text, nullable=False),
    Column("works", Text),
    Column("filter", Text),
    Column("made_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
