"""The tables of proof of control: how each claim stands, and what was gained by a look. `tables` has all others."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from registry.storage.schema import metadata

# one row a claim that somebody tried to prove: how it stands, and what was seen last (JSON)
proofs = Table(
    "proofs",
    metadata,
    Column("claim", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("seen", Text, nullable=False),
)

# one row a grant that a look gained: on a location (`rests_on` null), or on a digest of a file found at a location
# whose grant is `rests_on`
proof_grants = Table(
    "proof_grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("claim", Text, nullable=False, index=True),
    Column("rests_on", Text, index=True),
    Column("place", Text, nullable=False),
    Column("gained_at", BigInteger, nullable=False),
)
