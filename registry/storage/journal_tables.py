"""The tables of who did what, and of what is to be told onwards; both in order of id, which is that of time. `tables`
has all others.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from registry.storage.schema import ROW_NUMBER, metadata

# rows are added and never changed. `way`: by which door the act came; `session`: of the person who did it, if one did
audit_events = Table(
    "audit_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("seq", BigInteger),
    Column("details", Text, nullable=False),
    Column("way", Text),
    Column("session", Text),
    sqlite_with_rowid=False,
)

# by what acts are found: whoever did one, and every id that it is about
act_subjects = Table(
    "act_subjects",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# what the log says of acts: `count` of them from `since` up to, not including, `until`, under `root`; the event `seq`
act_roots = Table(
    "act_roots",
    metadata,
    Column("until", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("done_at", BigInteger),
    sqlite_with_rowid=False,
)
_UNDONE = outbox.c.done_at.is_(None)
Index("ix_outbox_undone", outbox.c.at, sqlite_where=_UNDONE, postgresql_where=_UNDONE)
