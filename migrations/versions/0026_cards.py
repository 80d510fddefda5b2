"""Cards of works, the folders above locations, and up to which size of the log both are whole."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "cards",
        sa.Column(
            "prefix", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False
        ),
        sa.Column("key", sa.LargeBinary()),
        sa.Column("id", sa.Text()),
        sa.Column("card", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_cards")),
    )
    op.create_table(
        "above_locations",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_above_locations")),
        sqlite_with_rowid=False,
    )
    shared = sa.text("kind IN ('rightsholder', 'location')")
    op.create_index(
        "ix_dossiers_shared",
        "dossiers",
        ["since", "kind"],
        sqlite_where=shared,
        postgresql_where=shared,
    )
    op.add_column(
        "log_head",
        sa.Column("cards_size", sa.BigInteger(), nullable=False, server_default="0"),
    )


def downgrade() -> None:
    op.drop_column("log_head", "cards_size")
    op.drop_index("ix_dossiers_shared", "dossiers")
    op.drop_table("above_locations")
    op.drop_table("cards")
