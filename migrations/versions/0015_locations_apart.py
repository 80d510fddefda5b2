"""The keys of locations in an index of their own: a small one, whose pages are at hand. About 0.2 s a million works."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    of_locations = sa.text("kind = 'location'")
    op.create_index(
        "ix_subject_keys_locations",
        "subject_keys",
        ["key", "kind"],
        sqlite_where=of_locations,
        postgresql_where=of_locations,
    )


def downgrade() -> None:
    op.drop_index("ix_subject_keys_locations", table_name="subject_keys")
