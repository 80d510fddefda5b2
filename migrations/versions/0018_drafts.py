"""Drafts: what somebody has begun to say on the pages, before it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("digest", name=op.f("uq_drafts_digest")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_drafts_account", "drafts", ["account"])


def downgrade() -> None:
    op.drop_table("drafts")
