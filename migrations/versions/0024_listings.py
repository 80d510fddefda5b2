"""Rightsholders who let search engines find their records."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "listings",
        sa.Column("rightsholder", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rightsholder", name=op.f("pk_listings")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("listings")
