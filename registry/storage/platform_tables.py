"""The tables of what platforms say about themselves and of how they get on: nothing of it is logged, since no answer
depends on it. `tables` has all others.

Personal data (contacts, members, who was invited) is here and nowhere else.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from registry.storage.schema import metadata

# one row a platform that said something: how to reach it, its domain and how the proof of it stands, its key directory
platform_profiles = Table(
    "platform_profiles",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("contact", Text),
    Column("domain", Text),
    Column("state", Text, nullable=False),
    Column("asked_at", BigInteger),
    Column("tried_at", BigInteger),
    Column("proved_at", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("seen", Text, nullable=False),
    Column("reads_directory", Integer, nullable=False),
    Column("directory_read_at", BigInteger),
    Column("directory_trouble", Text),
)

# which keys came from a platform's directory, and so end when they are gone from there
directory_keys = Table(
    "directory_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("platform", Text, nullable=False, index=True),
)

# keys that are answered by the sandbox alone; none of them is ever in `platform_keys`
test_keys = Table(
    "test_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("platform", Text, nullable=False, index=True),
    Column("jwk", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

# in order of id is in order of time
failed_signatures = Table(
    "failed_signatures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("kid", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("base", Text),
    Index("ix_failed_signatures_platform_id", "platform", "id"),
)

# how many items of a platform's questions were answered how, on a day (its beginning, ms)
platform_counts = Table(
    "platform_counts",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("usage", Text, primary_key=True),
    Column("decision", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Index("ix_platform_counts_day", "day"),
    sqlite_with_rowid=False,
)

# `account` is an account's id
platform_members = Table(
    "platform_members",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("account", Text, primary_key=True, index=True),
    Column("role", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)

# `digest` is the SHA-256 of the secret in the invitation's link
platform_invitations = Table(
    "platform_invitations",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False, index=True),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("invited_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

# one side says that `platform` acts for `parent`; the other side has not said so yet
affiliation_offers = Table(
    "affiliation_offers",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("parent", Text, primary_key=True, index=True),
    Column("offered_by", Text, nullable=False),
    Column("offered_at", BigInteger, nullable=False),
)
