"""The tables of those who look: who may see how much for how long, the tokens of their programs, the exports that are
made for them; and what one steward has proposed and another has to confirm. `tables` has all others. Times in ms.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from registry.storage.schema import metadata

# `scope`: "everything", or "rightsholder" or "platform" and then `subject`, its id; `granted_by`: a steward's name
audit_grants = Table(
    "audit_grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("subject", Text),
    Column("granted_by", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    sqlite_with_rowid=False,
)

# `digest` is the SHA-256 of the token; what it opens is its grant's, for as long
audit_tokens = Table(
    "audit_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("audit_grant", Text, nullable=False, index=True),
    Column("account", Text, nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    sqlite_with_rowid=False,
)

# `state`: "waiting", "making", "done", "failed"; `bytes`: how long the file is; `done` of `total` entries were read
audit_exports = Table(
    "audit_exports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("audit_grant", Text, nullable=False, index=True),
    Column("account", Text, nullable=False, index=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("bytes", BigInteger),
    Column("ended_at", BigInteger),
    Column("trouble", Text),
    sqlite_with_rowid=False,
)

# `wanted`: what the act is given, in JSON; `settled`: "confirmed" or "declined", by whom and when
proposals = Table(
    "proposals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("act", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("settled", Text),
    Column("settled_by", Text),
    Column("settled_at", BigInteger),
    sqlite_with_rowid=False,
)
