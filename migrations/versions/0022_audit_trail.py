"""Acts say from where they came, are found by what they are about, and are rooted in the log; who may look at them;
what waits for a second steward.

Earlier acts are found by whoever did them and by the ids in their details.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

CHUNK = 5_000
ID = re.compile(r'"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


def upgrade() -> None:
    with op.batch_alter_table("audit_events", recreate="never") as table:
        table.add_column(sa.Column("way", sa.Text(), nullable=True))
        table.add_column(sa.Column("session", sa.Text(), nullable=True))
    subjects = op.create_table(
        "act_subjects",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "id", name=op.f("pk_act_subjects")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "act_roots",
        sa.Column(
            "until",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("until", name=op.f("pk_act_roots")),
    )
    _add_grants()
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sqlite_with_rowid=False,
    )
    _find_earlier_acts(op.get_bind(), subjects)


def _add_grants() -> None:
    op.create_table(
        "audit_grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_grants")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_audit_grants_account"), "audit_grants", ["account"])
    op.create_table(
        "audit_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("audit_grant", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_audit_tokens")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_tokens_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_exports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("audit_grant", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_exports")),
        sqlite_with_rowid=False,
    )
    for table in ("audit_tokens", "audit_exports"):
        op.create_index(op.f(f"ix_{table}_audit_grant"), table, ["audit_grant"])
        op.create_index(op.f(f"ix_{table}_account"), table, ["account"])


def _find_earlier_acts(connection: sa.Connection, subjects: sa.Table) -> None:
    acts = sa.table(
        "audit_events", *(sa.column(name) for name in ("id", "actor", "authority", "details"))
    )
    after = ""
    while rows := connection.execute(
        sa.select(acts).where(acts.c.id > after).order_by(acts.c.id).limit(CHUNK)
    ).all():
        found = {
            (each, row.id)
            for row in rows
            for each in (
                *ID.findall(row.details),
                *([] if row.authority == "registry" else [row.actor]),
            )
        }
        if found:
            connection.execute(
                subjects.insert(), [{"subject": subject, "id": id} for subject, id in sorted(found)]
            )
        after = rows[-1].id


def downgrade() -> None:
    for table in (
        "proposals",
        "audit_exports",
        "audit_tokens",
        "audit_grants",
        "act_roots",
        "act_subjects",
    ):
        op.drop_table(table)
    with op.batch_alter_table("audit_events", recreate="never") as table:
        table.drop_column("session")
        table.drop_column("way")
