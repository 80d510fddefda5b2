"""The tables of changing one's mind: what waits before it permits (a part of the projection), and what somebody says
about one work, many, or all, with how far it has come. `tables` has all others.
"""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from registry.storage.schema import metadata

# every loosening that was not cancelled, by whose it is; `effect`: when it takes effect, `NEVER` until it is confirmed
waits = Table(
    "waits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rightsholder", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("takes_effect_at", BigInteger, nullable=False),
    Column("effect", BigInteger, nullable=False),
    Index("ix_waits_rightsholder", "rightsholder", "effect", "id"),
    sqlite_with_rowid=False,
)

# `choice`: which works, None for the whole catalogue; `only`: the one work of a choice of one; `act`: "say", "withdraw"
# or "stop"; `answers` as they were typed, and the `word` that they come to, in JSON; `authority`: as whom it was begun;
# `position`: the id of the last work dealt with
sayings = Table(
    "sayings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("rightsholder", Text, nullable=False),
    Column("choice", Text),
    Column("only", Text),
    Column("act", Text, nullable=False),
    Column("answers", Text, nullable=False),
    Column("word", Text),
    Column("state", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("works", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("waits", BigInteger, nullable=False),
    Column("outcome", Text),
    Column("trouble", Text),
    Column("made_at", BigInteger, nullable=False, index=True),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    sqlite_with_rowid=False,
)

# works about which it could not be said, each with why
saying_refusals = Table(
    "saying_refusals",
    metadata,
    Column("saying", Text, primary_key=True),
    Column("work", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("words", Text, nullable=False),
    sqlite_with_rowid=False,
)
