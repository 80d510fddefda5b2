"""How often the projection was made anew, so that what a process keeps of it is not kept beyond that."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column(
        "projection_version",
        sa.Column("built", sa.BigInteger(), nullable=False, server_default="0"),
    )


def downgrade() -> None:
    op.drop_column("projection_version", "built")
