"""The tables of people: accounts, what they sign in with, their sessions, links sent by mail, mails on their way, and
for whom they act. `tables` has all others.

Everything that names a person is here and nowhere in the log, so that it can be deleted. Secrets that a person holds
are kept as SHA-256 digests (256 random bits each) or, for passwords, by argon2id. Times in ms.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from registry.storage.schema import metadata

# `address_key` is the address as it is compared; `password` an argon2id string; `totp_step` the last one that was used
accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("password", Text),
    Column("totp", Text),
    Column("totp_step", BigInteger),
)

# `proved_at`: when whoever holds it last showed who they are; `stage`: "whole", or "half" while a code is waited for
sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False, index=True),
    Column("stage", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("proved_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("device", Text, nullable=False),
    Column("network", Text, nullable=False),
    sqlite_with_rowid=False,
)

# links sent by mail, each for one purpose and one use; `subject`: what it is about, in the words of its purpose
single_use_links = Table(
    "single_use_links",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("account", Text, index=True),
    Column("subject", Text),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# what was begun in a browser and is not over: a passkey's challenge, a sign-in at another provider
ceremonies = Table(
    "ceremonies",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("account", Text, index=True),
    Column("body", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential", LargeBinary, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    sqlite_with_rowid=False,
)

# who somebody is at another provider (OpenID Connect): issuer and subject, which never change
identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# how often something was tried, by a digest of whoever or whatever it counts against, in a stretch of time
attempts = Table(
    "attempts",
    metadata,
    Column("counted", LargeBinary, primary_key=True),
    Column("window", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Index("ix_attempts_window", "window"),
    sqlite_with_rowid=False,
)

# a mail that was not sent yet: `letter` names its text, `words` (JSON) what is filled in; gone once it is sent
mails = Table(
    "mails",
    metadata,
    Column("id", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# who acts for a rightsholder: "owner", "editor" or "viewer"
members = Table(
    "members",
    metadata,
    Column("rightsholder", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("ix_members_account", "account"),
    sqlite_with_rowid=False,
)

# a rightsholder (an artist) lets another one (a label, a distributor, a society) act for it: all who act for `agent` do
delegations = Table(
    "delegations",
    metadata,
    Column("rightsholder", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Index("ix_delegations_agent", "agent"),
    sqlite_with_rowid=False,
)

# a rightsholder whose records search engines may find, and who has a public page; nobody else is in it
listings = Table(
    "listings",
    metadata,
    Column("rightsholder", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# what somebody has said on the pages that begin, and has not sent yet (or has: `outcome`), under a cookie's digest; of
# nobody in particular until whoever wrote it signs in. `answers` and `outcome` in JSON
drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("account", Text, index=True),
    Column("answers", Text, nullable=False),
    Column("outcome", Text),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
