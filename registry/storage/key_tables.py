"""Tables of keys and tokens: the registry's own, those of platforms, and those that artists and clients show. Times
are ms since the epoch.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from registry.storage.schema import metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("jwk", Text, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("not_after", BigInteger),
    Column("compromised_at", BigInteger),
)

platform_keys = Table(
    "platform_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("platform", Text, nullable=False, index=True),
    Column("jwk", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

# `digest` is the SHA-256 of the token; the token itself is shown once and kept nowhere
tokens = Table(
    "tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("rightsholder", Text, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

# `digest` is the SHA-256 of a platform's plain key, for clients that cannot sign
query_keys = Table(
    "query_keys",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
