"""By what acts are found, held against the acts and the events that they are; and made anew from both.

An auditor is shown the acts that are found by what they may see, so a row that is taken out there would hide an act
from them as well as one that is taken out of the journal. What acts of earlier versions are found by is not checked.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
from sqlalchemy import select

from registry.domain.touched import named
from registry.errors import VerificationFailed
from registry.services.replay import sequenced
from registry.storage.acts import Act
from registry.storage.journal import subjects_of
from registry.storage.log_store import StoredEvent
from registry.storage.tables import events
from registry.storage.unit_of_work import UnitOfWork

_QUOTED_ID: Final = re.compile(rb'"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')
_PART: Final = 500


def compare_subjects(uow: UnitOfWork) -> None:
    """Raises: VerificationFailed where an act is not found by what it is about, or by what it is not about."""
    wanted = _sum(pair for acts in uow.acts.from_on(0) for pair in _pairs(uow, acts) if pair[2])
    if _sum((*pair, True) for pair in uow.acts.subjects()) != wanted:
        raise VerificationFailed(
            "acts are found by other ids than they are about: something was taken out or put in, and whoever looks for "
            "what is about one of them does not see all; run: registry rebuild"
        )


def renew_subjects(uow: UnitOfWork) -> None:
    """Makes it anew, for every act."""
    uow.acts.forget_subjects()
    for acts in uow.acts.from_on(0):
        uow.acts.find_by([pair[:2] for pair in _pairs(uow, acts)])


def _pairs(uow: UnitOfWork, acts: Sequence[Act]) -> Iterator[tuple[str, str, bool]]:
    """(subject, act, whether the version that wrote the act kept by what it is found)."""
    about = _named(uow, [each.seq for each in acts if each.seq is not None])
    for act in acts:
        found = subjects_of(act.details, act.actor, act.authority, act.session)
        if act.way is None:
            texts = _QUOTED_ID.findall(msgspec.json.encode(act.details))
            found.update(each.decode() for each in texts)
        elif act.seq is not None:
            found |= about.get(act.seq, set())
        for subject in sorted(found):
            yield subject, act.id, act.way is not None


def _named(uow: UnitOfWork, seqs: Sequence[int]) -> dict[int, set[str]]:
    """Whom and what these events name."""
    found: dict[int, set[str]] = {}
    for start in range(0, len(seqs), _PART):
        these = select(events).where(events.c.seq.in_(seqs[start : start + _PART]))
        for row in uow.connection.execute(these):
            entry = sequenced(StoredEvent(*row))
            found[entry.seq] = named(entry.event)
    return found


def _sum(pairs: Iterable[tuple[str, str, bool]]) -> int:
    """The same for the same pairs in whatever order, so that neither side has to be sorted or kept."""
    total = 0
    for subject, act, _ in pairs:
        digest = hashlib.sha512(f"{len(subject)}:{subject}{act}".encode()).digest()
        total += int.from_bytes(digest)
    return total % (1 << 512)
