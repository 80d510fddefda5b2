"""Notices: what people are told of, which mails they do not want, and what is still to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("rightsholder", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "account",
            "rightsholder",
            "kind",
            "slot",
            name=op.f("uq_notices_account_rightsholder_kind_slot"),
        ),
    )
    op.create_index("ix_notices_account_id", "notices", ["account", "id"])
    op.create_index("ix_notices_account_read_at", "notices", ["account", "read_at"])
    op.create_index("ix_notices_rightsholder_slot", "notices", ["rightsholder", "slot"])
    op.create_index("ix_notices_made_at", "notices", ["made_at"])
    op.create_table(
        "unwanted_mails",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", name=op.f("pk_unwanted_mails")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effects_to_tell",
        sa.Column("loosening", sa.Text(), nullable=False),
        sa.Column("rightsholder", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("loosening", name=op.f("pk_effects_to_tell")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_effects_to_tell_due", "effects_to_tell", ["due"])


def downgrade() -> None:
    op.drop_table("effects_to_tell")
    op.drop_table("unwanted_mails")
    op.drop_table("notices")
