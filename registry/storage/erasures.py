"""Who wants to be erased and waits; and what the registry's own books hold of a rightsholder, apart from the log.

A table of these books that has a column `rightsholder` is about one: its rows go with them without a word here. What an
account has is in `personal_data`.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from registry.domain.ids import is_id
from registry.storage.account_tables import delegations, drafts, mails, members, single_use_links
from registry.storage.audit_tables import proposals
from registry.storage.erasure_tables import erasures
from registry.storage.import_tables import imports
from registry.storage.notice_tables import notices
from registry.storage.saying_tables import saying_refusals, sayings
from registry.storage.tables import PROJECTION, idempotency, metadata, tokens

_FOLDED: Final = {table.name for table in PROJECTION}


@dataclass(frozen=True, slots=True)
class AskedErasure:
    """An account that is to be deleted at `due` (ms), with what names the rightsholders for whom it alone acts.
    `titles`: those of their works too."""

    account: str
    titles: bool
    asked_at: int
    due: int


class Erasures:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, asked: AskedErasure) -> None:
        """Takes note of it, in the place of an earlier wish of theirs."""
        self.call_off(asked.account)
        row = {name: getattr(asked, name) for name in AskedErasure.__slots__}
        self._connection.execute(insert(erasures), row)

    def of(self, account: str) -> AskedErasure | None:
        """What this account waits for."""
        found = select(erasures).where(erasures.c.account == account)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else AskedErasure(row.account, bool(row.titles), *row[2:])

    def call_off(self, account: str) -> bool:
        """Returns False where nothing waited."""
        gone = delete(erasures).where(erasures.c.account == account)
        return self._connection.execute(gone).rowcount == 1

    def due(self, now: int) -> list[AskedErasure]:
        """Those whose time has come, in its order."""
        found = select(erasures).where(erasures.c.due <= now).order_by(erasures.c.due)
        rows = self._connection.execute(found)
        return [AskedErasure(row.account, bool(row.titles), *row[2:]) for row in rows]

    # -- a rightsholder in the registry's own books --

    def imports_of(self, rightsholder: str) -> list[str]:
        """The imports of theirs, whose files have to go too."""
        found = select(imports.c.id).where(imports.c.rightsholder == rightsholder)
        return list(self._connection.execute(found).scalars())

    def forget(self, rightsholder: str, name: str, accounts: Collection[str]) -> None:
        """Deletes what these books hold of them: tokens and the replies to them, who acts for them, imports, their
        notices with mails that were not sent yet, invitations, and what the accounts that act for them had begun to
        say. Where others were told of them by `name`, the id stands from now on."""
        run = self._connection.execute
        mine = list(run(select(tokens.c.id).where(tokens.c.rightsholder == rightsholder)).scalars())
        run(delete(idempotency).where(idempotency.c.owner.in_(mine)))
        said = select(sayings.c.id).where(sayings.c.rightsholder == rightsholder)
        run(delete(saying_refusals).where(saying_refusals.c.saying.in_(said)))
        run(delete(drafts).where(drafts.c.account.in_(list(accounts))))
        run(delete(single_use_links).where(single_use_links.c.subject.startswith(rightsholder)))
        told = select(notices.c.mail).where(notices.c.rightsholder == rightsholder)
        run(delete(mails).where(mails.c.id.in_(told)))
        if name:
            for word in ("rightsholder", "other"):
                self.call_by_id(word, {name: rightsholder})
        run(delete(delegations).where(delegations.c.agent == rightsholder))
        for table in metadata.tables.values():
            if "rightsholder" in table.c and table.name not in _FOLDED:
                run(delete(table).where(table.c.rightsholder == rightsholder))

    def call_by_id(self, word: str, ids: Mapping[str, str]) -> None:
        """Whoever else was told of them, or will be, and found one of these names or titles under this word, finds its
        id there from now on. What they were told stays: it is theirs."""
        part = f'"{word}": ' + "".join(map(json.dumps, ids if len(ids) == 1 else ()))
        for table in (notices, mails):
            found = select(table.c.id, table.c.words).where(
                table.c.words.contains(part, autoescape=True)
            )
            for row in self._connection.execute(found).all():
                words = json.loads(row.words)
                id = ids.get(words.get(word, ""))
                if id is not None:
                    left = json.dumps({**words, word: id})
                    this = update(table).where(table.c.id == row.id)
                    self._connection.execute(this.values(words=left))

    def forget_reasons(self, is_theirs: Callable[[str], bool]) -> None:
        """Deletes the reasons in stewards' proposals about them. `is_theirs`: does this id name a claim or dispute of
        theirs?"""
        for row in self._connection.execute(select(proposals.c.id, proposals.c.wanted)).all():
            wanted = json.loads(row.wanted)
            texts = [each for each in wanted.values() if isinstance(each, str) and is_id(each)]
            if wanted.get("reason") and any(map(is_theirs, texts)):
                kept = json.dumps(wanted | {"reason": ""}, sort_keys=True)
                this = update(proposals).where(proposals.c.id == row.id)
                self._connection.execute(this.values(wanted=kept))

    def acting(self, rightsholder: str) -> list[str]:
        """The accounts that act for them, in whatever role."""
        found = select(members.c.account).where(members.c.rightsholder == rightsholder)
        return list(self._connection.execute(found.order_by(members.c.account)).scalars())
