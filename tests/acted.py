"""A registry in which people act for some hours, each of which is rooted in the log."""

from dataclasses import dataclass

from registry.services.root_acts import GRACE_MS
from registry.storage.jobs import Job
from registry.worker.acts import root_acts
from tests.registries import HOUR, TOKEN, Desk

_JOB = Job.__new__(Job)


@dataclass(frozen=True)
class Acted:
    """Who there is: two rightsholders and a platform that the first one named."""

    first: str
    second: str
    platform: str


def acted(desk: Desk) -> Acted:
    """Three hours with roots, and one without: in the first, both register works and speak; in the second only the
    first one does, to a platform; in the third both go on. What comes last has no root yet."""
    first, second = desk.rightsholder("R1"), desk.rightsholder("R2")
    mine, theirs = desk.work("isrc:GBAYE0601498")[0], desk.work("isrc:USRC17607839", by="R2")[0]
    desk.declare(mine, generative_training="deny", actor=TOKEN)
    desk.declare(theirs, by="R2", search="deny")
    with desk.registry.bookkeeping() as uow:
        uow.journal.note("member.added", second, rightsholder=second)
        uow.journal.note("session.begun", first)
    platform = desk.platform()
    rooted(desk)
    desk.declare(mine, to=platform, search="deny")
    rooted(desk)
    desk.declare(theirs, by="R2", ai_input="deny")
    desk.declare(mine, ai_input="deny")
    rooted(desk)
    desk.rightsholder("R3")
    return Acted(first, second, platform)


def rooted(desk: Desk) -> None:
    """The hour goes by, and its root is logged."""
    desk.clock.forward(HOUR + GRACE_MS)
    root_acts(desk.registry, _JOB)
