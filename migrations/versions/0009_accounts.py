"""People: accounts and what they sign in with, sessions, links and mails on their way, who acts for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = (
    "accounts", "sessions", "single_use_links", "ceremonies", "passkeys", "identities", "recovery_codes", "attempts",
    "mails", "members",
)  # fmt: skip


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def moment(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, autoincrement=False)


def octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def keyed(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    op.create_table(
        "accounts",
        *(text(name) for name in ("id", "address", "address_key", "name", "language")),
        moment("made_at"),
        *(text(name, nullable=True) for name in ("password", "totp")),
        moment("totp_step", nullable=True),
        keyed("accounts", "id"),
        sa.UniqueConstraint("address_key", name=op.f("uq_accounts_address_key")),
    )
    op.create_table(
        "sessions",
        octets("digest"),
        *(text(name) for name in ("id", "account", "stage")),
        *(moment(name) for name in ("made_at", "seen_at", "proved_at", "until")),
        *(text(name) for name in ("device", "network")),
        keyed("sessions", "digest"),
        sa.UniqueConstraint("id", name=op.f("uq_sessions_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "single_use_links",
        octets("digest"),
        *(text(name) for name in ("purpose", "address")),
        *(text(name, nullable=True) for name in ("account", "subject")),
        moment("until"),
        keyed("single_use_links", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ceremonies",
        octets("digest"),
        text("purpose"),
        text("account", nullable=True),
        text("body"),
        moment("until"),
        keyed("ceremonies", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passkeys",
        octets("credential"),
        text("account"),
        octets("public_key"),
        moment("count"),
        text("label"),
        moment("made_at"),
        moment("used_at", nullable=True),
        keyed("passkeys", "credential"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identities",
        *(text(name) for name in ("issuer", "subject", "account")),
        moment("made_at"),
        keyed("identities", "issuer", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery_codes",
        octets("digest"),
        text("account"),
        moment("made_at"),
        keyed("recovery_codes", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempts",
        octets("counted"),
        *(moment(name) for name in ("window", "count")),
        keyed("attempts", "counted", "window"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mails",
        *(text(name) for name in ("id", "recipient", "letter", "language", "words")),
        moment("made_at"),
        keyed("mails", "id"),
    )
    op.create_table(
        "members",
        *(text(name) for name in ("rightsholder", "account", "role")),
        moment("since"),
        keyed("members", "rightsholder", "account"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attempts_window", "attempts", ["window"])
    for table in (
        "sessions", "single_use_links", "ceremonies", "passkeys", "identities", "recovery_codes", "members",
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_account"), table, ["account"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
