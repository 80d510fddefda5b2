"""Rows that every write adds lie in as few trees as they need.

On SQLite the audit trail, the outbox and the places in status lists are kept by their key instead of by a row number
beside it. The audit trail needs no index of times: its ids begin with the time. The outbox is looked through for what
is not done, so only that is in its index.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_UNDONE = sa.text("done_at IS NULL")
_ENDED = sa.text("ends_at IS NOT NULL")


def _tables() -> dict[str, list[sa.schema.SchemaItem]]:
    return {
        "audit_events": [
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.Column("actor", sa.Text(), nullable=False),
            sa.Column("authority", sa.Text(), nullable=False),
            sa.Column("act", sa.Text(), nullable=False),
            sa.Column("seq", sa.BigInteger(), nullable=True),
            sa.Column("details", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        ],
        "outbox": [
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.Column("seq", sa.BigInteger(), nullable=False),
            sa.Column("kind", sa.Text(), nullable=False),
            sa.Column("subject", sa.Text(), nullable=False),
            sa.Column("done_at", sa.BigInteger(), nullable=True),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        ],
        "record_status": [
            sa.Column("record", sa.Text(), nullable=False),
            sa.Column("list", sa.Integer(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("ends_at", sa.BigInteger(), nullable=True),
            sa.PrimaryKeyConstraint("record", name=op.f("pk_record_status")),
            sa.UniqueConstraint("list", "position", name=op.f("uq_record_status_list_position")),
        ],
    }


def upgrade() -> None:
    op.drop_index(op.f("ix_audit_events_at"), "audit_events")
    op.drop_index("ix_outbox_undone", "outbox")
    if op.get_bind().dialect.name == "sqlite":
        _lay_out_anew(with_rowid=False)
    op.create_index(
        "ix_outbox_undone", "outbox", ["at"], sqlite_where=_UNDONE, postgresql_where=_UNDONE
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_undone", "outbox")
    if op.get_bind().dialect.name == "sqlite":
        _lay_out_anew(with_rowid=True)
    op.create_index("ix_outbox_undone", "outbox", ["done_at", "at"])
    op.create_index(op.f("ix_audit_events_at"), "audit_events", ["at"])


def _lay_out_anew(*, with_rowid: bool) -> None:
    """SQLite has no statement for it: another table with the same rows takes the place of each."""
    op.drop_index("ix_record_status_ended", "record_status")
    for name, items in _tables().items():
        op.create_table(f"{name}_anew", *items, sqlite_with_rowid=with_rowid)
        columns = ", ".join(f'"{column}"' for column in _names(items))
        op.execute(f"INSERT INTO {name}_anew ({columns}) SELECT {columns} FROM {name} ORDER BY 1")
        op.drop_table(name)
        op.rename_table(f"{name}_anew", name)
    op.create_index(
        "ix_record_status_ended", "record_status", ["list", "ends_at"], sqlite_where=_ENDED
    )


def _names(items: Sequence[sa.schema.SchemaItem]) -> list[str]:
    return [str(item.name) for item in items if isinstance(item, sa.Column)]
