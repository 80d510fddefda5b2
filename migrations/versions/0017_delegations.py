"""Delegation: a rightsholder lets another one, such as a label, act for it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "delegations",
        sa.Column("rightsholder", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rightsholder", "agent", name=op.f("pk_delegations")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_delegations_agent", "delegations", ["agent"])


def downgrade() -> None:
    op.drop_table("delegations")
