"""Usual questions wait for one another, for a while."""

import threading
import time

from registry.api.in_turn import InTurn


def test_they_are_answered_one_after_the_other() -> None:
    turn = InTurn(patience=30)
    at_it: list[int] = []
    most: list[int] = []

    def ask() -> None:
        assert turn.take()
        at_it.append(1)
        most.append(len(at_it))
        time.sleep(0.002)
        at_it.pop()
        turn.give_back()

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 12


def test_whoever_waited_long_enough_goes_on_beside_the_one_that_hangs() -> None:
    turn = InTurn(patience=0.01)
    assert turn.take()
    assert not turn.take()
    turn.give_back()
    assert turn.take()


def test_where_nobody_waits_there_is_nothing_to_give_back() -> None:
    turn = InTurn(patience=None)
    assert not turn.take()
    assert not turn.take()
