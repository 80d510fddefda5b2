"""The tables of notices: what people are told of, which mails somebody does not want, and what is still to be told.

They name people by their account alone, and go with it (`personal_data`). Nothing of them is in the log. Times in ms.
"""

from sqlalchemy import BigInteger, Column, Index, Table, Text, UniqueConstraint

from registry.storage.schema import metadata

# one row a person and thing to know, or `count` things of a kind that happened within an hour. `about`: the id that it
# leads to; `words` (JSON): what is filled in; `mail`: the one that went with it; `slot`: what makes it that one notice
notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("rightsholder", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("about", Text),
    Column("words", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Column("mail", Text),
    UniqueConstraint("account", "rightsholder", "kind", "slot"),
    Index("ix_notices_account_id", "account", "id"),
    Index("ix_notices_account_read_at", "account", "read_at"),
    Index("ix_notices_rightsholder_slot", "rightsholder", "slot"),
    Index("ix_notices_made_at", "made_at"),
)

# a kind of notice of which this person wants no mails
unwanted_mails = Table(
    "unwanted_mails",
    metadata,
    Column("account", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# a loosening that was confirmed, and takes effect at `due`; gone once that was told. `what`: what it is on, for people
effects_to_tell = Table(
    "effects_to_tell",
    metadata,
    Column("loosening", Text, primary_key=True),
    Column("rightsholder", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Index("ix_effects_to_tell_due", "due"),
    sqlite_with_rowid=False,
)
