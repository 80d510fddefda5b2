"""Public keys of passkeys (W3C Web Authentication, level 3): found by their credential id, each one person's."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from registry.storage.account_tables import passkeys
from registry.storage.journal import Note

_P = passkeys.c


@dataclass(frozen=True, slots=True)
class Passkey:
    """`public_key` in COSE form; `count`: its signature counter as last seen; times in ms."""

    credential: bytes
    account: str
    public_key: bytes
    count: int
    label: str
    made_at: int
    used_at: int | None = None


class Passkeys:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add(self, passkey: Passkey) -> None:
        row = {name: getattr(passkey, name) for name in Passkey.__slots__}
        self._connection.execute(insert(passkeys), row)
        self._note("passkey.added", passkey.account)

    def find(self, credential: bytes) -> Passkey | None:
        row = self._connection.execute(
            select(passkeys).where(_P.credential == credential)
        ).one_or_none()
        return None if row is None else Passkey(**row._mapping)

    def of(self, account: str) -> list[Passkey]:
        """An account's, oldest first."""
        rows = self._connection.execute(
            select(passkeys).where(_P.account == account).order_by(_P.made_at, _P.credential)
        )
        return [Passkey(**row._mapping) for row in rows]

    def used(self, credential: bytes, count: int, now: int) -> None:
        self._connection.execute(
            update(passkeys).where(_P.credential == credential).values(count=count, used_at=now)
        )

    def remove(self, account: str, credential: bytes) -> bool:
        """Returns False where this account has no such passkey."""
        found = (_P.account == account, _P.credential == credential)
        if self._connection.execute(delete(passkeys).where(*found)).rowcount != 1:
            return False
        self._note("passkey.removed", account)
        return True
