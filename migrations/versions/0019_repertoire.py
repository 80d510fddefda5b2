"""The list of a rightsholder's works (part of the projection), and what a person selects in it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "repertoire",
        sa.Column("rightsholder", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("identifiers", sa.Integer(), nullable=False),
        sa.Column("bare", sa.Integer(), nullable=False),
        sa.Column("bare_texts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rightsholder", "work", "until_at", name=op.f("pk_repertoire")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "choices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("rightsholder", sa.Text(), nullable=False),
        sa.Column("works", sa.Text(), nullable=True),
        sa.Column("filter", sa.Text(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_choices_account", "choices", ["account"])


def downgrade() -> None:
    op.drop_table("choices")
    op.drop_table("repertoire")
