"""The table of people who want to leave with everything that names them, and wait. `tables` has all others.

Their rightsholders are not in it: for whom they alone act is looked at when it is due. Times in ms.
"""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from registry.storage.schema import metadata

erasures = Table(
    "erasures",
    metadata,
    Column("account", Text, primary_key=True),
    Column("titles", Integer, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)
