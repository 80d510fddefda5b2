"""The tables of what is on its way: notices to platforms, and the queue between the list of jobs and the threads that
run them. `tables` has all others.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from registry.storage.schema import ROW_NUMBER, metadata

# where platforms want to be told of changes; `told` is the first entry of which no notice tells yet
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("delivered_at", BigInteger),
    Column("trouble", Text),
    UniqueConstraint("platform", "url"),
)

# one row a notice that was not taken yet; `dead_at`: nobody tries any more
webhook_notices = Table(
    "webhook_notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("webhook", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
    Column("count", BigInteger, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("dead_at", BigInteger),
    Column("trouble", Text),
)

# The queue of the library that runs jobs (huey), on PostgreSQL; with SQLite it is a file of its own, and these stay
# empty. It holds ids of jobs that are about to be run, and may be lost: `jobs` is the truth.
huey_task = Table(
    "huey_task",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("priority", Double, nullable=False, server_default="0.0"),
)
Index("huey_task_queue_priority_id", huey_task.c.queue, huey_task.c.priority.desc(), huey_task.c.id)

huey_schedule = Table(
    "huey_schedule",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("timestamp", Double, nullable=False),
    Index("huey_schedule_queue_timestamp", "queue", "timestamp"),
)

huey_kv = Table(
    "huey_kv",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

huey_counter = Table(
    "huey_counter",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", BigInteger, nullable=False, server_default="0"),
)
