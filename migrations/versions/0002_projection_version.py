"""Which form of dossiers the projection is in, so that a program of another form makes it anew first."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "projection_version",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_projection_version")),
    )


def downgrade() -> None:
    op.drop_table("projection_version")
