"""One transaction with every repository in it: all of it, or nothing."""

import pytest
from sqlalchemy import select

from registry.errors import Unavailable
from registry.storage.tables import audit_events
from registry.storage.tokens import Token
from registry.storage.unit_of_work import unit_of_work, view
from tests.registries import Desk


def test_what_several_repositories_wrote_is_there_together_or_not_at_all(desk: Desk) -> None:
    def act(*, fail: bool) -> None:
        with unit_of_work(desk.registry.engine) as uow:
            uow.tokens.add(Token("id", "holder", "laptop", 5), "secret")
            uow.statuses.add("record", 1, 1)
            uow.journal.act(at=5, actor="a", authority="b", act="x", seq=None, details={})
            if fail:
                raise RuntimeError

    for fail in (True, False):
        if fail:
            with pytest.raises(RuntimeError):
                act(fail=True)
        else:
            act(fail=False)
        with view(desk.registry.engine) as uow:
            acts = uow.connection.execute(select(audit_events).where(audit_events.c.act == "x"))
            there = (uow.tokens.find("secret"), uow.statuses.is_taken(1, 1), acts.first())
        assert [bool(each) for each in there] == [not fail] * 3


def test_a_row_that_breaks_a_rule_of_the_store_ends_the_transaction(desk: Desk) -> None:
    def twice() -> None:
        with unit_of_work(desk.registry.engine) as uow:
            uow.statuses.add("record", 1, 1)
            uow.statuses.flush()
            uow.statuses.add("record", 1, 2)

    with pytest.raises(Unavailable):
        twice()
    with view(desk.registry.engine) as uow:
        assert not uow.statuses.is_taken(1, 1)
