"""The tables of witnesses: what is known of each, and the cosignatures that were collected. `tables` has all others."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from registry.storage.schema import metadata

# `known`: how many entries the witness has seen, by its last word; `failures` in a row; `tried_at` in ms
witnesses = Table(
    "witnesses",
    metadata,
    Column("vkey", Text, primary_key=True),
    Column("known", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("tried_at", BigInteger, nullable=False),
    Column("error", Text),
)

# `line`: as it stands under the checkpoint of this size and root; `at`: the ms that the witness vouches for
cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("vkey", Text, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("line", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
