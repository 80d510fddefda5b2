"""Every act is in the journal with who did it under which authority, and a notice for others."""

import json

from sqlalchemy import select

from registry.storage.tables import audit_events, outbox
from tests.registries import TOKEN, Desk


def test_each_logged_act_is_journaled_and_noticed_in_the_same_transaction(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    made = desk.declare(work, generative_training="deny", actor=TOKEN)
    with desk.registry.reading() as uow:
        seqs = [event.seq for event in uow.log.events()]
        acts = uow.connection.execute(select(audit_events).order_by(audit_events.c.seq)).all()
        notices = uow.connection.execute(select(outbox).order_by(outbox.c.seq)).all()
    assert [act.seq for act in acts] == [notice.seq for notice in notices] == seqs
    last = acts[-1]
    assert (last.actor, last.authority, last.act) == ("token", "token", "declaration.issued")
    assert json.loads(last.details) == {"record": made.record.id}
    assert (notices[-1].subject, notices[-1].done_at) == (made.record.id, None)


def test_an_act_outside_the_log_is_journaled_without_a_place_in_it(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.journal.act(at=5, actor="a", authority="steward", act="x", seq=None, details={"b": 1})
        uow.journal.flush()
        uow.journal.flush()
        rows = uow.connection.execute(select(audit_events).where(audit_events.c.act == "x")).all()
    assert [(row.at, row.seq, row.details) for row in rows] == [(5, None, '{"b":1}')]


def test_the_newest_act_is_found_with_its_details(desk: Desk) -> None:
    desk.clock.forward(1_000)
    with desk.registry.bookkeeping() as uow:
        now = desk.clock()
        uow.journal.act(at=now, actor="a", authority="steward", act="x", seq=None, details={"b": 1})
        uow.journal.flush()
        newest = uow.journal.newest()
    assert newest is not None
    assert newest[1:] == ("x", {"b": 1})
