"""Accounts of people, the identities they have at other providers, and their recovery codes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from registry.errors import Conflict
from registry.storage.account_tables import accounts, identities, recovery_codes
from registry.storage.journal import Note

_A, _I, _R = accounts.c, identities.c, recovery_codes.c


@dataclass(frozen=True, slots=True)
class Account:
    """A person. `address`: their e-mail address as they wrote it, `address_key` as it is compared; `password`: an
    argon2id string; `totp`: the secret of their authenticator (base32). `made_at` in ms."""

    id: str
    address: str
    address_key: str
    name: str
    language: str
    made_at: int
    password: str | None = None
    totp: str | None = None
    totp_step: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at another provider (OpenID Connect Core, section 2: iss and sub)."""

    issuer: str
    subject: str
    account: str
    made_at: int


class Accounts:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add(self, account: Account) -> None:
        """Raises: Conflict where the address has an account already."""
        if self.by_address(account.address_key) is not None:
            raise Conflict("this e-mail address has an account already", field="email")
        self._connection.execute(
            insert(accounts), {name: getattr(account, name) for name in Account.__slots__}
        )
        self._note("account.opened", account.id)

    def find(self, id: str) -> Account | None:
        return self._one(_A.id == id)

    def by_address(self, address_key: str) -> Account | None:
        return self._one(_A.address_key == address_key)

    def change(self, id: str, **values: Any) -> None:
        """Sets some columns of an account."""
        self._connection.execute(update(accounts).where(_A.id == id).values(**values))
        self._note("account.changed", id, what=sorted(values))

    def spend_totp_step(self, id: str, step: int) -> bool:
        """Notes that the code of this step was used. False: it, or a later one, was used before."""
        done = self._connection.execute(
            update(accounts)
            .where(_A.id == id, or_(_A.totp_step.is_(None), _A.totp_step < step))
            .values(totp_step=step)
        )
        return done.rowcount == 1

    def count(self) -> int:
        return int(
            self._connection.execute(select(func.count()).select_from(accounts)).scalar_one()
        )

    # -- at other providers --

    def identify(self, issuer: str, subject: str) -> Identity | None:
        row = self._connection.execute(
            select(identities).where(_I.issuer == issuer, _I.subject == subject)
        ).one_or_none()
        return None if row is None else Identity(**row._mapping)

    def identities(self, account: str) -> list[Identity]:
        rows = self._connection.execute(
            select(identities)
            .where(_I.account == account)
            .order_by(_I.made_at, _I.issuer, _I.subject)
        )
        return [Identity(**row._mapping) for row in rows]

    def add_identity(self, identity: Identity) -> None:
        self._connection.execute(
            insert(identities), {name: getattr(identity, name) for name in Identity.__slots__}
        )
        self._note("account.provider-added", identity.account, issuer=identity.issuer)

    def remove_identity(self, account: str, issuer: str, subject: str) -> bool:
        """Returns False where there is none."""
        found = (_I.account == account, _I.issuer == issuer, _I.subject == subject)
        if self._connection.execute(delete(identities).where(*found)).rowcount != 1:
            return False
        self._note("account.provider-removed", account, issuer=issuer)
        return True

    # -- recovery codes --

    def replace_recovery_codes(self, account: str, codes: Iterable[str], now: int) -> None:
        """From now on these codes count, and none from before."""
        self._connection.execute(delete(recovery_codes).where(_R.account == account))
        rows = [
            {"digest": _digest(account, code), "account": account, "made_at": now} for code in codes
        ]
        if rows:
            self._connection.execute(insert(recovery_codes), rows)
        self._note("account.recovery-codes-replaced", account, count=len(rows))

    def use_recovery_code(self, account: str, code: str) -> bool:
        """Uses a code up. False: it is none of this account's, or was used before."""
        found = (_R.digest == _digest(account, code), _R.account == account)
        if self._connection.execute(delete(recovery_codes).where(*found)).rowcount != 1:
            return False
        self._note("account.recovery-code-used", account)
        return True

    def recovery_codes_left(self, account: str) -> int:
        counted = select(func.count()).select_from(recovery_codes).where(_R.account == account)
        return int(self._connection.execute(counted).scalar_one())

    def _one(self, condition: Any) -> Account | None:
        row = self._connection.execute(select(accounts).where(condition)).one_or_none()
        return None if row is None else Account(**row._mapping)


def _digest(account: str, code: str) -> bytes:
    return hashlib.sha256(f"{account}:{code}".encode()).digest()
