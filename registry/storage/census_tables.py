"""The table of what was counted for the page of statistics. `tables` has all others."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from registry.storage.schema import metadata

censuses = Table(
    "censuses",
    metadata,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
