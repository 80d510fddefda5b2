"""Who did what under which authority, from where, and what has to be told to others: written with the act itself.

Rows are added and never changed (docs/adr/0028-the-audit-trail.md). Two ways to add one: `act`, by a service that was
told who acts; `note`, by whatever keeps something of people or platforms, so that no service can forget it: who acts is
then whoever is at the other end of the transaction (`Caller`).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, func, insert, select

from registry.domain.ids import is_id, new_id
from registry.instants import Clock, system_clock
from registry.storage.journal_tables import act_subjects
from registry.storage.prebuilt import Prebuilt, in_order
from registry.storage.tables import audit_events, outbox

_ADD_ACTS = Prebuilt(insert(audit_events))
_ADD_SUBJECTS = Prebuilt(insert(act_subjects))
_ADD_NOTICES = Prebuilt(insert(outbox))

_encoder: Final = msgspec.json.Encoder(order="sorted")

Way = Literal["web", "API", "command line", "worker", "registry"]
"""By which door an act came: a page, the API, the operator's terminal, a job; or the registry by itself."""


def subjects_of(
    details: Mapping[str, Any], actor: str, authority: str, session: str | None
) -> set[str]:
    """The ids by which an act is found, as far as it says them itself."""
    found = {each for each in details.values() if is_id(each)}
    if authority != "registry":
        found.add(actor)
    if session is not None:
        found.add(session)
    return found


Note = Callable[..., None]
"""`Journal.note`, for those who keep something: `(act, whose, **details)`."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end of a transaction, as far as it is known: `actor` and the `authority` by which they are
    known; a person's `session`."""

    way: Way = "registry"
    actor: str | None = None
    authority: str | None = None
    session: str | None = None


ITSELF: Final = Caller()
PROOF: Final = "proof"
"""The authority of somebody who is not signed in and showed what opens the account: a password, a passkey, a link."""


def nobody_else() -> Caller:
    """The registry itself."""
    return ITSELF


class Journal:
    def __init__(
        self,
        connection: Connection,
        caller: Callable[[], Caller] = nobody_else,
        clock: Clock = system_clock,
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._clock = clock
        self._acts: list[dict[str, Any]] = []
        self._subjects: list[tuple[str, str]] = []
        self._notices: list[dict[str, Any]] = []

    def act(
        self,
        *,
        at: int,
        actor: str,
        authority: str,
        act: str,
        seq: int | None,
        details: Mapping[str, Any],
        about: Iterable[str] = (),
    ) -> None:
        """One act. `actor` is an id or a steward's name, `authority` how they were known. `details` hold ids and
        figures, and no name or text of a person's. `about`: ids by which it is found, besides those in `details`."""
        caller = self._caller()
        id = self._next_id(at)
        session = caller.session if caller.actor == actor else None
        self._acts.append(
            {
                "id": id,
                "at": at,
                "actor": actor,
                "authority": authority,
                "act": act,
                "seq": seq,
                "details": _encoder.encode(details).decode(),
                "way": caller.way,
                "session": session,
            }
        )
        found = subjects_of(details, actor, authority, session)
        found.update(about)
        self._subjects += [(subject, id) for subject in found]

    def note(self, act: str, whose: str | None = None, **details: Any) -> None:
        """One act of whoever is at the other end of this transaction; of `whose` account it is, where that is not known
        (they have just shown that it is theirs)."""
        caller = self._caller()
        actor, authority = caller.actor, caller.authority
        if actor is None or authority is None:
            known = whose is not None and caller.way == "web"
            actor, authority = (whose or "", PROOF) if known else ("registry", "registry")
        details = {name: value for name, value in details.items() if value is not None}
        if whose is not None and whose != actor:
            details["account"] = whose
        at = self._clock()
        self.act(at=at, actor=actor, authority=authority, act=act, seq=None, details=details)

    def _next_id(self, at: int) -> str:
        """An id after that of the act before, so that acts of one moment are in the order in which they were done."""
        id = new_id(at)
        last = self._acts[-1]["id"] if self._acts else ""
        if id < last and id[:13] == last[:13]:
            id = f"{last[:-12]}{(int(last[-12:], 16) + 1) % (1 << 48):012x}"
        return id

    def notice(self, *, at: int, seq: int, kind: str, subject: str) -> None:
        """Something that others have to be told about."""
        self._notices.append(
            {
                "id": new_id(at),
                "at": at,
                "seq": seq,
                "kind": kind,
                "subject": subject,
                "done_at": None,
            }
        )

    def count(self) -> int:
        """How many acts are stored."""
        counted = select(func.count()).select_from(audit_events)
        return int(self._connection.execute(counted).scalar_one())

    def newest(self) -> tuple[str, str, dict[str, Any]] | None:
        """The newest act that is stored: its id, what it is, its details."""
        columns = audit_events.c
        row = self._connection.execute(
            select(columns.id, columns.act, columns.details).order_by(columns.id.desc()).limit(1)
        ).one_or_none()
        return None if row is None else (row.id, row.act, json.loads(row.details))

    def flush(self) -> None:
        if self._acts:
            _ADD_ACTS.run(self._connection, in_order(self._acts, "id"))
        if self._subjects:
            _ADD_SUBJECTS.run(self._connection, _by_subject(self._subjects))
        if self._notices:
            _ADD_NOTICES.run(self._connection, in_order(self._notices, "id"))
        self._acts, self._subjects, self._notices = [], [], []


def _by_subject(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The rows in the order of their key. Most subjects have one act, and a few have one of each: so they are sorted
    apart, which takes fewer comparisons."""
    acts: dict[str, list[str]] = {}
    for subject, id in found:
        acts.setdefault(subject, []).append(id)
    return [
        {"subject": subject, "id": id} for subject in sorted(acts) for id in sorted(acts[subject])
    ]
