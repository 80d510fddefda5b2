"""The table of imports of catalogues: one row each, with how far it has come. `tables` has all others."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from registry.storage.schema import metadata

# `actor`, `authority`: who started it; `position`: so many of its `works` are in the registry; `looked`: its columns
# and first rows, as JSON
imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rightsholder", Text, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("options", Text, nullable=False),
    Column("looked", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("dry", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("rows", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("works", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("registered", BigInteger, nullable=False),
    Column("extended", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("declared", BigInteger, nullable=False),
    Column("trouble", Text),
)
