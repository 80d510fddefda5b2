"""The questions that platforms asked, the hourly roots over them, and what artists may know of them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "asks",
        sa.Column("number", number, autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_asks")),
    )
    op.create_index("ix_asks_until_number", "asks", ["until", "number"])
    op.create_index("ix_asks_platform_number", "asks", ["platform", "number"])
    op.create_table(
        "ask_roots",
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("root", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("forgotten_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("until", name=op.f("pk_ask_roots")),
    )
    op.create_table(
        "ask_tiles",
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("until", "level", "number", name=op.f("pk_ask_tiles")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lookup_counts",
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "work", "day", "platform", "usage", "decision", name=op.f("pk_lookup_counts")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lookup_counts_day", "lookup_counts", ["day"])


def downgrade() -> None:
    op.drop_table("lookup_counts")
    op.drop_table("ask_tiles")
    op.drop_table("ask_roots")
    op.drop_table("asks")
