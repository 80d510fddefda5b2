"""When something changes by itself: the first moment after now, or never."""

import pytest

from registry.domain.changes import NEVER, next_change
from registry.domain.dossiers import Dossier, Location, Rightsholder, Work
from registry.domain.events import (
    ClaimObjected,
    IdentifierRemovalProposed,
    LinkRemovalProposed,
    LooseningConfirmed,
)
from registry.domain.state import State
from registry.domain.vocabulary import LinkKind
from tests.domain.asking import ALLOW, DENY, GEN, ISRC, SONG, URL
from tests.model.histories import DAY, T0, WAIT, Log, catalogue, of_location, of_work, parties


def change_of(log: Log, kind: str, id: str, t: int) -> int:
    found: Dossier = State(log.entries).dossier(kind, id)  # type: ignore[arg-type]
    assert isinstance(found, Work | Location | Rightsholder)
    return next_change(found, t)


def test_what_nobody_spoke_of_never_changes_by_itself() -> None:
    log = parties()
    assert change_of(log, "work", log.work("r1", URL), T0) == NEVER
    assert change_of(log, "location", log.location("r1", "https://artist.com/"), T0) == NEVER
    assert change_of(log, "rightsholder", "r1", T0) == NEVER


@pytest.mark.parametrize("kind", ["work", "location", "rightsholder"])
def test_statements_start_and_end_wherever_they_stand(kind: str) -> None:
    log = parties()
    work, place = log.work("r1", URL), log.location("r1", "https://artist.com/")
    subjects = {
        "work": of_work(work),
        "location": of_location(place),
        "rightsholder": catalogue("r1"),
    }
    subject = subjects[kind]
    log.declare("r1", subject, {GEN: DENY}, valid_from=T0 + DAY, valid_until=T0 + 3 * DAY)
    log.declare("r1", subject, {GEN: ALLOW}, takes_effect_at=T0 + WAIT + 1)
    ends = [change_of(log, kind, subject.id, t) for t in (T0, T0 + DAY, T0 + WAIT, T0 + WAIT + 1)]
    assert ends == [T0 + DAY, T0 + WAIT, T0 + WAIT + 1, NEVER]


def test_an_identifier_or_a_link_goes_when_its_removal_takes_effect() -> None:
    log = parties()
    song = log.work("r1", SONG)
    work = log.work("r1", URL, ISRC, links=[(LinkKind.EMBODIES, song)])
    log.add(IdentifierRemovalProposed("x", work, URL, "r1", T0 + 2 * DAY))
    log.add(LinkRemovalProposed("y", f"{work}l0", work, "r1", T0 + DAY))
    assert change_of(log, "work", work, T0) == NEVER  # nobody confirmed it
    for loosening in ("x", "y"):
        log.add(LooseningConfirmed(loosening, of_work(work), "fresh"))
    assert change_of(log, "work", work, T0) == T0 + DAY
    assert change_of(log, "work", work, T0 + DAY) == T0 + 2 * DAY


def test_an_objection_counts_after_fourteen_days() -> None:
    log = parties()
    work = log.work("r1", URL)
    mine = log.claim("r2", of_work(work))
    log.add(ClaimObjected(f"{work}c", of_work(work), mine, "r2"))
    assert change_of(log, "work", work, T0) == T0 + 14 * DAY
    assert change_of(log, "work", work, T0 + 14 * DAY) == NEVER
