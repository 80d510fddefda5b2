"""A proof is to be had of one's own question, once its hour is in the log."""

import pytest

from registry.errors import Conflict, NotFound
from registry.services.prove_ask import list_asks, prove_ask
from registry.storage.asks import Asked
from registry.worker.asks import root_asks
from tests.asked import JOB
from tests.registries import HOUR, START, Desk


def asked(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.asks.add([Asked(who, START, b"q" * 32, b"a" * 32) for who in "pqp"])


def test_until_its_hour_is_in_the_log_there_is_none_and_it_says_when(desk: Desk) -> None:
    asked(desk)
    with desk.registry.reading() as uow, pytest.raises(Conflict, match="belongs to the hour"):
        prove_ask(uow, "p", 1)
    desk.clock.forward(2 * HOUR)
    root_asks(desk.registry, JOB)
    with desk.registry.reading() as uow:
        proof = prove_ask(uow, "p", 3)
    assert (proof.index, proof.hour.count, len(proof.path)) == (2, 3, 1)


def test_anothers_question_is_not_there(desk: Desk) -> None:
    asked(desk)
    with desk.registry.reading() as uow:
        for number in (2, 4):
            with pytest.raises(NotFound):
                prove_ask(uow, "p", number)


def test_a_page_says_whether_there_are_more(desk: Desk) -> None:
    asked(desk)
    with desk.registry.reading() as uow:
        page, more = list_asks(uow, "p", 0, 1)
        assert ([row.number for row in page], more) == ([1], True)
        page, more = list_asks(uow, "p", 1, 1)
        assert ([row.number for row in page], more) == ([3], False)
