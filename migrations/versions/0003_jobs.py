"""Work in the background: the list of jobs, the queue that runs them, and indexes for what it looks for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ENDED = sa.text("ends_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lendings", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("next_due", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_jobs_kind_key")),
    )
    op.create_index("ix_jobs_state_due", "jobs", ["state", "due"])
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_index(
        "ix_record_status_ended",
        "record_status",
        ["list", "ends_at"],
        sqlite_where=_ENDED,
        postgresql_where=_ENDED,
    )
    _create_queue()


def _create_queue() -> None:
    """As huey 3.5 makes them by itself on PostgreSQL (`huey/storage.py`)."""
    row_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "huey_task",
        sa.Column("id", row_number, nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("priority", sa.Double(), server_default="0.0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_huey_task")),
    )
    op.create_index(
        "huey_task_queue_priority_id", "huey_task", ["queue", sa.text("priority DESC"), "id"]
    )
    op.create_table(
        "huey_schedule",
        sa.Column("id", row_number, nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("timestamp", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_huey_schedule")),
    )
    op.create_index("huey_schedule_queue_timestamp", "huey_schedule", ["queue", "timestamp"])
    op.create_table(
        "huey_kv",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "key", name=op.f("pk_huey_kv")),
    )
    op.create_table(
        "huey_counter",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("queue", "key", name=op.f("pk_huey_counter")),
    )


def downgrade() -> None:
    for table in ("huey_counter", "huey_kv", "huey_schedule", "huey_task"):
        op.drop_table(table)
    op.drop_index("ix_record_status_ended", "record_status")
    op.drop_index("ix_idempotency_created_at", "idempotency")
    op.drop_index("ix_jobs_state_due", "jobs")
    op.drop_table("jobs")
