"""No transaction changes what people, platforms or programs may do without a row in the journal: watched while tests
run. What has no act of its own is named, with the reason."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from registry.storage.journal import Journal

ACTS = frozenset(
    {
        *("accounts", "identities", "recovery_codes", "passkeys", "sessions"),
        *(
            "members",
            "delegations",
            "listings",
            "tokens",
            "audit_grants",
            "audit_tokens",
            "proposals",
        ),
        *("platform_keys", "platform_members", "platform_invitations", "affiliation_offers"),
        *("query_keys", "sandbox_keys", "directory_keys", "signing_keys", "webhooks", "imports"),
        *("events", "dossiers", "holdings", "subject_keys", "handles"),
    }
)
"""Tables in which a change is an act."""

_ON_ITS_WAY = "how far the background worker has come; who started it, or stopped it, is an act"
WITHOUT = {
    "imports.state": _ON_ITS_WAY,
    "imports.rows": _ON_ITS_WAY,
    "imports.rejected": _ON_ITS_WAY,
    "imports.position": _ON_ITS_WAY,
    "accounts.totp_step": "a code was used up; the session that it opened is an act",
    "sessions.seen_at": "a session was in use",
    "sessions.until": "goes with the proof, which is an act",
    "passkeys.count": "a passkey was shown; the session that it opened, or the proof, is an act",
}
_WRITES = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) (\w+)(?: SET (\w+)=)?")


@contextmanager
def watched() -> Iterator[list[str]]:
    """Gives the tables that transactions changed without an act, each with its statement."""
    found: list[str] = []
    flush = Journal.flush

    def note_acts(journal: Journal) -> None:
        if journal._acts:
            journal._connection.info["acts"] = True
        flush(journal)

    def note_write(conn: Connection, cursor: Any, statement: str, *_more: Any) -> None:
        written = _WRITES.match(statement) if cursor.rowcount else None
        if written and written[1] in ACTS and f"{written[1]}.{written[2]}" not in WITHOUT:
            conn.info.setdefault("changed", []).append(statement)

    def check(conn: Connection) -> None:
        changed, acts = conn.info.pop("changed", []), conn.info.pop("acts", False)
        if changed and not acts:
            found.extend(changed)

    def forget(conn: Connection) -> None:
        conn.info.pop("changed", None)
        conn.info.pop("acts", None)

    Journal.flush = note_acts  # type: ignore[method-assign]
    hooks = [("after_cursor_execute", note_write), ("commit", check), ("rollback", forget)]
    for name, hook in hooks:
        event.listen(Engine, name, hook)
    try:
        yield found
    finally:
        Journal.flush = flush  # type: ignore[method-assign]
        for name, hook in hooks:
            event.remove(Engine, name, hook)
