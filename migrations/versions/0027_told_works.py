"""What platforms were told about works, as it came, before it is added up.

A program of the version before adds up by itself meanwhile, and leaves what is here. Going back loses what was not
added up: let a background worker run until nothing is left.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "told_works",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False
        ),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("works", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_told_works")),
    )


def downgrade() -> None:
    op.drop_table("told_works")
