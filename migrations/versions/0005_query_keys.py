"""Plain keys of platforms, for clients that cannot sign."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "query_keys",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_query_keys")),
        sa.UniqueConstraint("id", name=op.f("uq_query_keys_id")),
    )
    op.create_index(op.f("ix_query_keys_platform"), "query_keys", ["platform"])


def downgrade() -> None:
    op.drop_table("query_keys")
