"""The tables. `events` and the log are the truth; dossiers, keys, handles and holdings are a projection of
them that `registry rebuild` makes anew; the rest are the registry's own books. Times are ms since the epoch.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from registry.storage import account_tables, census_tables, import_tables, platform_tables
from registry.storage.ask_tables import ask_roots, ask_tiles, asks, lookup_counts, told_works
from registry.storage.audit_tables import audit_exports, audit_grants, audit_tokens, proposals
from registry.storage.delivery_tables import webhook_notices, webhooks
from registry.storage.erasure_tables import erasures
from registry.storage.journal_tables import act_roots, act_subjects, audit_events, outbox
from registry.storage.key_tables import platform_keys, query_keys, signing_keys, tokens
from registry.storage.list_tables import choices, repertoire
from registry.storage.notice_tables import effects_to_tell, notices, unwanted_mails
from registry.storage.proof_tables import proof_grants, proofs
from registry.storage.saying_tables import saying_refusals, sayings, waits
from registry.storage.schema import ROW_NUMBER, metadata
from registry.storage.witness_tables import cosignatures, witnesses

__all__ = [
    "PROJECTION",
    "above_locations",
    "account_tables",
    "act_roots",
    "act_subjects",
    "ask_roots",
    "ask_tiles",
    "asks",
    "audit_events",
    "audit_exports",
    "audit_grants",
    "audit_tokens",
    "cards",
    "census_tables",
    "checkpoints",
    "choices",
    "cosignatures",
    "dossier_history",
    "dossiers",
    "effects_to_tell",
    "erasures",
    "events",
    "handles",
    "holdings",
    "idempotency",
    "import_tables",
    "jobs",
    "log_head",
    "log_tiles",
    "lookup_counts",
    "metadata",
    "notices",
    "outbox",
    "platform_keys",
    "platform_tables",
    "projection_version",
    "proof_grants",
    "proofs",
    "proposals",
    "query_keys",
    "record_status",
    "repertoire",
    "saying_refusals",
    "sayings",
    "signing_keys",
    "status_lists",
    "subject_keys",
    "tokens",
    "told_works",
    "unwanted_mails",
    "waits",
    "webhook_notices",
    "webhooks",
    "witnesses",
]

# -- the truth ------------------------------------------------------------------------------------------

# `erased`: the SHA-256 of the body that was here, to which the log is committed, where `body` is what remains of it;
# `erased_by`: the log index of the event that says so
events = Table(
    "events",
    metadata,
    Column("seq", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("erased", LargeBinary),
    Column("erased_by", BigInteger),
)

# asked for at every start, and few
_ADOPTIONS = events.c.type == "rule-tables.adopted"
Index(
    "ix_events_rule_tables",
    events.c.seq,
    events.c.type,
    sqlite_where=_ADOPTIONS,
    postgresql_where=_ADOPTIONS,
)

log_tiles = Table(
    "log_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)

# one row: the lock and the compare-and-swap of the sequencer; `cards_size` is as `size` where each work has its card,
# and stays behind where a program wrote that knows of none
log_head = Table(
    "log_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("cards_size", BigInteger, nullable=False, server_default="0"),
)

# -- the projection -------------------------------------------------------------------------------------

# `since` is the seq of the event that made this version
dossiers = Table(
    "dossiers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# what look-ups keep for each other, so that they learn what a write has changed (`at_hand.py`)
_SHARED = dossiers.c.kind.in_(("rightsholder", "location"))
Index(
    "ix_dossiers_shared",
    dossiers.c.since,
    dossiers.c.kind,
    sqlite_where=_SHARED,
    postgresql_where=_SHARED,
)

# what a dossier was before: from the event `since` up to, not including, the event `until`
dossier_history = Table(
    "dossier_history",
    metadata,
    Column("id", Text, primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

subject_keys = Table(
    "subject_keys",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    sqlite_with_rowid=False,
)

# one row for each first 8 bytes of a work's wide key, as a number: the key, the work, and its card if it has one
# (`domain/cards.py`); key and work are NULL where it leads to several, or several keys begin so
cards = Table(
    "cards",
    metadata,
    Column("prefix", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("key", LargeBinary),
    Column("id", Text),
    Column("card", LargeBinary),
)

# locations are few beside works, and each URL asks for several keys of them, most of which lead nowhere
_OF_LOCATIONS = subject_keys.c.kind == "location"
Index(
    "ix_subject_keys_locations",
    subject_keys.c.key,
    subject_keys.c.kind,
    sqlite_where=_OF_LOCATIONS,
    postgresql_where=_OF_LOCATIONS,
)

# the keys of every folder in which a location lies, and of its site (`domain/locations.py`)
above_locations = Table(
    "above_locations",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

handles = Table(
    "handles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    sqlite_with_rowid=False,
)

holdings = Table(
    "holdings",
    metadata,
    Column("rightsholder", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    sqlite_with_rowid=False,
)

# one row: the form of dossiers in which all of these are (`projection.VERSION`), and how often they were made anew
projection_version = Table(
    "projection_version",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("built", BigInteger, nullable=False, server_default="0"),
)

# -- the registry's own books ---------------------------------------------------------------------------

idempotency = Table(
    "idempotency",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_digest", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
)

# one row a consent record: its place in a status list, and when the last of what it states ends (None: open)
record_status = Table(
    "record_status",
    metadata,
    Column("record", Text, primary_key=True),
    Column("list", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ends_at", BigInteger),
    UniqueConstraint("list", "position"),
    sqlite_with_rowid=False,
)

# small, since most records are open: which lists have a bit more than when they were signed
_ENDED = record_status.c.ends_at.is_not(None)
Index(
    "ix_record_status_ended",
    record_status.c.list,
    record_status.c.ends_at,
    sqlite_where=_ENDED,
    postgresql_where=_ENDED,
)

status_lists = Table(
    "status_lists",
    metadata,
    Column("list", Integer, primary_key=True, autoincrement=False),
    Column("made_at", BigInteger, nullable=False),
    Column("credential", LargeBinary, nullable=False),
)

# one row a kind and key; `lendings` only grows, and so names the present lending; `attempts` begins anew
jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lendings", Integer, nullable=False),
    Column("lease_until", BigInteger),
    Column("next_due", BigInteger),
    Column("last_error", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    UniqueConstraint("kind", "key"),
    Index("ix_jobs_state_due", "state", "due"),
)

PROJECTION = (
    *(dossiers, dossier_history, subject_keys, cards, above_locations, handles, holdings),
    *(repertoire, waits),
)
"""What `registry rebuild` empties and makes anew."""
