"""The few events that adopt rule tables in an index of their own: every start asks for the newest, and went through the
whole log. It is read once for it, about a second a million events."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    adoptions = sa.text("type = 'rule-tables.adopted'")
    op.create_index(
        "ix_events_rule_tables",
        "events",
        ["seq", "type"],
        sqlite_where=adoptions,
        postgresql_where=adoptions,
    )


def downgrade() -> None:
    op.drop_index("ix_events_rule_tables", table_name="events")
