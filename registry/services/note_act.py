"""An act that is no event of the log, written into the journal in its transaction."""

from typing import Any

from registry.services.actor import Actor
from registry.storage.unit_of_work import UnitOfWork


def note_act(uow: UnitOfWork, act: str, by: Actor, now: int, **details: Any) -> None:
    """Who did it and under which authority; `details`: the ids of what it is about, and what else tells it. `now` in
    ms."""
    uow.journal.act(at=now, actor=by.id, authority=by.authority, act=act, seq=None, details=details)
