"""How the proof of a claim stands, and which grants were gained by looking."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "proofs",
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("claim", name=op.f("pk_proofs")),
    )
    op.create_table(
        "proof_grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("gained_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_grants")),
    )
    op.create_index(op.f("ix_proof_grants_claim"), "proof_grants", ["claim"])
    op.create_index(op.f("ix_proof_grants_rests_on"), "proof_grants", ["rests_on"])


def downgrade() -> None:
    op.drop_table("proof_grants")
    op.drop_table("proofs")
