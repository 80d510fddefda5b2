"""Sessions are found by their secret alone, which is kept nowhere."""

from dataclasses import replace

from sqlalchemy import select

from registry.storage.account_tables import sessions
from registry.storage.sessions import HALF, WHOLE, Session
from tests.registries import Desk

ONE = Session("s", "a", WHOLE, 1, 2, 3, 100, "Firefox, Linux", "192.0.2.0/24")


def test_a_session_is_found_by_its_secret_which_is_kept_nowhere(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.sessions.add(ONE, "secret")
        assert uow.sessions.find("secret") == ONE
        assert uow.sessions.find("Secret") is uow.sessions.find("") is None
        (row,) = uow.connection.execute(select(sessions)).all()
    assert "secret" not in str(row)


def test_a_proof_makes_it_whole_under_another_secret(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.sessions.add(replace(ONE, stage=HALF), "old")
        assert uow.sessions.proved("s", 9, "new")
        uow.sessions.lengthen("s", 200)
        assert uow.sessions.find("old") is None
        assert uow.sessions.find("new") == replace(ONE, proved_at=9, seen_at=9, until=200)
        assert not uow.sessions.proved("t", 9, "x")


def test_sessions_end_one_by_one_together_and_by_themselves(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        for name, seen in (("s", 2), ("t", 5), ("u", 9)):
            uow.sessions.add(replace(ONE, id=name, seen_at=seen), name)
        uow.sessions.add(replace(ONE, id="v", account="b", until=50), "v")
        assert [each.id for each in uow.sessions.of("a")] == ["u", "t", "s"]
        assert not uow.sessions.end("b", "s")
        assert uow.sessions.end("a", "s")
        assert uow.sessions.end_all("a", but="u") == 1
        uow.sessions.saw("u", 11)
        assert uow.sessions.forget(50, 0) == 1
        assert uow.sessions.find("v") is None
        assert uow.sessions.forget(60, 12) == 1
        assert uow.sessions.of("a") == []
