"""Mails that were not sent yet: which letter, to whom, in which language, and what is filled in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from registry.storage.account_tables import mails

_M = mails.c


@dataclass(frozen=True, slots=True)
class Mail:
    """`letter` names its text (`registry.mail.letters`); `words` is filled in. `made_at` in ms."""

    id: str
    recipient: str
    letter: str
    language: str
    words: Mapping[str, str]
    made_at: int


class Mails:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, mail: Mail) -> None:
        row = {name: getattr(mail, name) for name in Mail.__slots__}
        self._connection.execute(insert(mails), {**row, "words": json.dumps(dict(mail.words))})

    def find(self, id: str) -> Mail | None:
        row = self._connection.execute(select(mails).where(_M.id == id)).one_or_none()
        if row is None:
            return None
        return Mail(**{**row._mapping, "words": json.loads(row.words)})

    def fill_in(self, id: str, words: Mapping[str, str]) -> None:
        """Other words for a mail that still waits; one that was sent stays as it was."""
        mail = self.find(id)
        if mail is not None:
            changed = update(mails).where(_M.id == id)
            self._connection.execute(changed.values(words=json.dumps({**mail.words, **words})))

    def remove(self, id: str) -> None:
        """It was sent."""
        self._connection.execute(delete(mails).where(_M.id == id))

    def remove_to(self, recipient: str) -> None:
        """Nothing that waits is sent to this address any more."""
        self._connection.execute(delete(mails).where(_M.recipient == recipient))

    def waiting(self) -> tuple[int, int | None]:
        """How many wait, and since when the oldest of them (ms)."""
        row = self._connection.execute(select(func.count(), func.min(_M.made_at))).one()
        return int(row[0]), row[1]

    def forget(self, before: int) -> int:
        """Deletes what could not be sent for so long. Returns how many."""
        return self._connection.execute(delete(mails).where(_M.made_at < before)).rowcount
