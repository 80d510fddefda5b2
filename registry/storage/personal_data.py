"""Everything that is kept of a person: every row of every table that has a column `account` with theirs in it.

So a table that comes later is in the download and goes with the account without a word here, as long as it names whose
a row is in that way. The log, and the registry's own books of who did what, know a person by their account's id alone.
"""

from base64 import b64encode
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, select

from registry.storage.account_tables import accounts, single_use_links
from registry.storage.journal import Note
from registry.storage.tables import audit_events, metadata

_SECRET: Final = frozenset({"digest", "password", "totp", "totp_step", "body"})
"""What only the registry and the person's own devices have to know: it says nothing about them."""


class PersonalData:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def of(self, account: str) -> dict[str, list[dict[str, Any]]]:
        """Table → the person's rows, without secrets. Octets are in base64."""
        found = {"accounts": self._rows(accounts, accounts.c.id == account)}
        for table in _theirs():
            found[table.name] = self._rows(table, table.c.account == account)
        found["acts"] = self._rows(audit_events, audit_events.c.actor == account)
        return found

    def remove(self, account: str, address: str) -> None:
        """Deletes them, and the links that were sent to this address."""
        for table in _theirs():
            self._connection.execute(delete(table).where(table.c.account == account))
        self._connection.execute(
            delete(single_use_links).where(
                func.lower(single_use_links.c.address) == address.lower()
            )
        )
        self._connection.execute(delete(accounts).where(accounts.c.id == account))
        self._note("account.deleted", account)

    def _rows(self, table: Table, condition: Any) -> list[dict[str, Any]]:
        names = [each.name for each in table.c if each.name not in _SECRET]
        rows = self._connection.execute(
            select(*(table.c[name] for name in names)).where(condition).order_by(*table.primary_key)
        )
        return [
            {name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows
        ]


def _theirs() -> list[Table]:
    return [table for name, table in sorted(metadata.tables.items()) if "account" in table.c]


def _plain(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes) else value
