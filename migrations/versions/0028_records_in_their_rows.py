"""A signed record stays in its event's row on PostgreSQL; and cards are made anew, with the sites of works (ADR 34).

A record has 2 to 4 kB that cannot be compressed. PostgreSQL tried to, and then kept it in two parts in a table beside.
"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE events SET (toast_tuple_target = 4096)")
    op.execute("UPDATE log_head SET cards_size = 0")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE events RESET (toast_tuple_target)")
