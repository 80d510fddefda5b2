"""Erasure: of a body that was erased the digest stays, and which event says so; `body` is then what remains of it. And
who waits to be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("events", sa.Column("erased", sa.LargeBinary(), nullable=True))
    op.add_column("events", sa.Column("erased_by", sa.BigInteger(), nullable=True))
    op.create_table(
        "erasures",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("titles", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_erasures")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_erasures_due", "erasures", ["due"])


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_column("events", "erased_by")
    op.drop_column("events", "erased")
