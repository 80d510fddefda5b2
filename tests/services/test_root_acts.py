"""The journal is rooted in the log: whatever is changed, taken out or put in afterwards shows."""

import pytest
from sqlalchemy import text

from registry.errors import VerificationFailed
from registry.services.compare_acts import compare_acts
from registry.services.rebuild import rebuild_projection
from registry.services.root_acts import GRACE_MS
from registry.storage.acts import ActRoot, Wanted
from registry.storage.jobs import Job
from registry.worker.acts import root_acts
from tests.registries import HOUR, STEWARD, Desk

JOB = Job.__new__(Job)


def rooted(desk: Desk) -> list[ActRoot]:
    root_acts(desk.registry, JOB)
    with desk.registry.reading() as uow:
        return uow.acts.roots()


def change(desk: Desk, statement: str) -> None:
    with desk.registry.bookkeeping() as uow:
        assert uow.connection.execute(text(statement)).rowcount == 1


def test_each_hour_that_is_over_is_rooted_once_and_the_next_begins_where_it_ended(
    desk: Desk,
) -> None:
    desk.work("isrc:GBAYE0601498")
    assert rooted(desk) == [], "the hour is not over"
    desk.clock.forward(HOUR + GRACE_MS)
    (first,) = rooted(desk)
    with desk.registry.reading() as uow:
        acts = uow.acts.page(Wanted(until=first.until), limit=5_000).acts
        event = uow.log.event_at(first.seq)
    assert (first.since, first.count) == (0, len(acts))
    assert event is not None
    assert event.type == "acts.rooted"
    assert rooted(desk) == [first], "twice is once"
    desk.clock.forward(5 * HOUR)
    assert rooted(desk) == [first], "nothing was done but to root"
    desk.rightsholder("R2")
    desk.clock.forward(2 * HOUR)
    (_, second) = rooted(desk)
    assert second.since == first.until
    assert desk.fsck().wrong is None


STRAY = "INSERT INTO audit_events (id, at, actor, authority, act, details) VALUES ('{}', 5, 'm', 's', 'x', '{{}}')"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (STRAY.format(""), "put in"),
        (STRAY.format("00000000-0000"), "put in"),
        (STRAY.format("zzz"), "put in"),
        (STRAY.format("ffffffff-ffff-7fff-bfff-ffffffffffff"), "put in"),
        ("UPDATE audit_events SET actor = 'mallory' WHERE act = 'work.registered'", "was changed"),
        ("UPDATE audit_events SET way = 'worker' WHERE act = 'work.registered'", "was changed"),
        ("DELETE FROM audit_events WHERE act = 'work.registered'", "taken out or put in"),
        ("DELETE FROM act_roots", "registry rebuild"),
        (
            "INSERT INTO audit_events (id, at, actor, authority, act, details) SELECT"
            " substr(id, 1, 35) || 'z', at, actor, authority, act, details FROM audit_events"
            " WHERE act = 'work.registered'",
            "taken out or put in",
        ),
    ],
)
def test_what_is_tampered_with_shows(desk: Desk, fault: str, said: str) -> None:
    desk.work("isrc:GBAYE0601498")
    desk.clock.forward(HOUR + GRACE_MS)
    rooted(desk)
    change(desk, fault)
    with desk.registry.reading() as uow, pytest.raises(VerificationFailed, match=said):
        compare_acts(uow)
    assert said in (desk.fsck().wrong or "")


def test_the_list_of_roots_is_made_anew_from_the_log(desk: Desk) -> None:
    desk.clock.forward(HOUR + GRACE_MS)
    desk.rightsholder()
    desk.clock.forward(HOUR + GRACE_MS)
    before = rooted(desk)
    assert before
    with desk.registry.bookkeeping() as uow:
        uow.acts.forget_roots()
        rebuild_projection(uow)
    assert rooted(desk) == before


def test_acts_of_one_transaction_are_in_the_order_in_which_they_were_done(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        for number in range(50):
            uow.journal.act(
                at=5,
                actor=STEWARD.id,
                authority="steward",
                act="x",
                seq=None,
                details={"n": number},
            )
    with desk.registry.reading() as uow:
        found = uow.acts.page(Wanted(who=STEWARD.id, kind="x")).acts
    assert [each.details["n"] for each in found] == list(range(49, -1, -1))
