"""What platforms say about themselves, their test keys, their members, and how they get on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TEXT, _NUMBER = sa.Text, sa.BigInteger


def _profiles() -> None:
    op.create_table(
        "platform_profiles",
        sa.Column("platform", _TEXT(), nullable=False),
        sa.Column("contact", _TEXT(), nullable=True),
        sa.Column("domain", _TEXT(), nullable=True),
        sa.Column("state", _TEXT(), nullable=False),
        sa.Column("asked_at", _NUMBER(), nullable=True),
        sa.Column("tried_at", _NUMBER(), nullable=True),
        sa.Column("proved_at", _NUMBER(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", _NUMBER(), nullable=True),
        sa.Column("seen", _TEXT(), nullable=False),
        sa.Column("reads_directory", sa.Integer(), nullable=False),
        sa.Column("directory_read_at", _NUMBER(), nullable=True),
        sa.Column("directory_trouble", _TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_platform_profiles")),
    )


def _keys() -> None:
    op.create_table(
        "directory_keys",
        sa.Column("kid", _TEXT(), nullable=False),
        sa.Column("platform", _TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_directory_keys")),
    )
    op.create_index(op.f("ix_directory_keys_platform"), "directory_keys", ["platform"])
    op.create_table(
        "test_keys",
        sa.Column("kid", _TEXT(), nullable=False),
        sa.Column("platform", _TEXT(), nullable=False),
        sa.Column("jwk", _TEXT(), nullable=False),
        sa.Column("added_at", _NUMBER(), nullable=False),
        sa.Column("revoked_at", _NUMBER(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_test_keys")),
    )
    op.create_index(op.f("ix_test_keys_platform"), "test_keys", ["platform"])


def _how_they_get_on() -> None:
    op.create_table(
        "failed_signatures",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("platform", _TEXT(), nullable=False),
        sa.Column("at", _NUMBER(), nullable=False),
        sa.Column("kid", _TEXT(), nullable=False),
        sa.Column("method", _TEXT(), nullable=False),
        sa.Column("code", _TEXT(), nullable=False),
        sa.Column("words", _TEXT(), nullable=False),
        sa.Column("base", _TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_signatures")),
    )
    op.create_index(op.f("ix_failed_signatures_at"), "failed_signatures", ["at"])
    op.create_index("ix_failed_signatures_platform_id", "failed_signatures", ["platform", "id"])
    op.create_table(
        "platform_counts",
        sa.Column("platform", _TEXT(), nullable=False),
        sa.Column("day", _NUMBER(), autoincrement=False, nullable=False),
        sa.Column("usage", _TEXT(), nullable=False),
        sa.Column("decision", _TEXT(), nullable=False),
        sa.Column("count", _NUMBER(), nullable=False),
        sa.PrimaryKeyConstraint(
            "platform", "day", "usage", "decision", name=op.f("pk_platform_counts")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_platform_counts_day", "platform_counts", ["day"])


def _people() -> None:
    op.create_table(
        "platform_members",
        sa.Column("platform", _TEXT(), nullable=False),
        sa.Column("account", _TEXT(), nullable=False),
        sa.Column("role", _TEXT(), nullable=False),
        sa.Column("since", _NUMBER(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "account", name=op.f("pk_platform_members")),
    )
    op.create_index(op.f("ix_platform_members_account"), "platform_members", ["account"])
    op.create_table(
        "platform_invitations",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("platform", _TEXT(), nullable=False),
        sa.Column("email", _TEXT(), nullable=False),
        sa.Column("role", _TEXT(), nullable=False),
        sa.Column("invited_by", _TEXT(), nullable=False),
        sa.Column("invited_at", _NUMBER(), nullable=False),
        sa.Column("until", _NUMBER(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_platform_invitations")),
        sa.UniqueConstraint("id", name=op.f("uq_platform_invitations_id")),
    )
    op.create_index(op.f("ix_platform_invitations_platform"), "platform_invitations", ["platform"])


def upgrade() -> None:
    _profiles()
    _keys()
    _how_they_get_on()
    _people()
    op.create_table(
        "affiliation_offers",
        sa.Column("platform", _TEXT(), nullable=False),
        sa.Column("parent", _TEXT(), nullable=False),
        sa.Column("offered_by", _TEXT(), nullable=False),
        sa.Column("offered_at", _NUMBER(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "parent", name=op.f("pk_affiliation_offers")),
    )
    op.create_index(op.f("ix_affiliation_offers_parent"), "affiliation_offers", ["parent"])


def downgrade() -> None:
    for name in (
        *("affiliation_offers", "platform_invitations", "platform_members"),
        *("platform_counts", "failed_signatures", "test_keys", "directory_keys"),
        "platform_profiles",
    ):
        op.drop_table(name)
