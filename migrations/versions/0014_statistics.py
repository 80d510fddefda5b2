"""What was counted for the page of statistics."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "censuses",
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_censuses")),
    )


def downgrade() -> None:
    op.drop_table("censuses")
