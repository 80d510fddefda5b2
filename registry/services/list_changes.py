"""What changed, entry by entry of the log, and what now holds of everything that these entries touched.

Read within one transaction, so that all of it is of one checkpoint. An outlook is absolute, and as new as that: a
follower that reads entries in order, and puts each outlook in the place of the one before, ends with the registry's own
state (docs/adr/0014-changes.md).
"""

from dataclasses import dataclass
from typing import Final

from registry.domain.outlook import Outlook, outlook
from registry.domain.touched import Touched, touched
from registry.errors import Conflict, LogRefuses
from registry.services.ledger import entry_of
from registry.services.replay import sequenced
from registry.storage.log_store import SignedHead, StoredEvent
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.entry import LogEntry

MOST_CHANGES: Final = 1_000
"""Entries at once."""
MOST_PARTS: Final = 40_000
"""Keys, links and statements at once; a page that holds more ends with the entry that brought it there."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log, and the ids of what it touches."""

    index: int
    entry: LogEntry
    touched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Entries in order, and an outlook for each thing that one of them touches; `at` (ms) is the outlooks' now.

    `following`: the index of the first entry that is not here; `more`: the log has it already.
    """

    head: SignedHead
    at: int
    changes: tuple[Change, ...]
    outlooks: tuple[Outlook, ...]
    following: int

    @property
    def more(self) -> bool:
        return self.following < self.head.head.size


def list_changes(uow: UnitOfWork, first: int, limit: int, now: int) -> Changes:
    """At most `limit` entries from the index `first` on; none where the log ends there.

    Raises: Conflict where the log is shorter than that; LogRefuses where it is empty; VerificationFailed for a broken
    log.
    """
    head = uow.log.head()
    if head is None:
        raise LogRefuses("this log has no checkpoint yet")
    if first > head.head.size:
        raise Conflict(
            f"the log has {head.head.size} entries, and you have read {first} of it: ask its operator what happened, "
            "and follow it from the beginning",
            field="after",
            code="beyond-the-log",
        )
    now = max(now, head.head.at)
    last = min(first + min(limit, MOST_CHANGES), head.head.size)
    found = [(stored, touched(sequenced(stored).event)) for stored in uow.log.events(first, last)]
    uow.projection.load(id for _, things in found for _, id in things)
    changes: list[Change] = []
    outlooks: dict[Touched, Outlook] = {}
    parts = 0
    for stored, things in found:
        for kind, id in things:
            if (kind, id) not in outlooks:
                outlooks[kind, id] = outlook(uow.projection.dossier(kind, id), now)
                parts += _parts(outlooks[kind, id])
        changes.append(_change(stored, things))
        if parts > MOST_PARTS:
            break
    return Changes(head, now, tuple(changes), tuple(outlooks.values()), first + len(changes))


def _change(stored: StoredEvent, things: tuple[Touched, ...]) -> Change:
    return Change(stored.seq, entry_of(stored), tuple(id for _, id in things))


def _parts(view: Outlook) -> int:
    return sum(
        len(span.keys) + len(span.covering) + len(span.links) + len(span.says)
        for span in view.spans
    )
