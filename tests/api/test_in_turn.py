"""Small questions wait for one another, for a while; large ones wait for nobody."""

import threading
import time

from registry.api.in_turn import SMALL_BYTES, InTurn


def test_small_questions_are_answered_one_after_the_other():
    turn, at_it, most = InTurn(patience=30), [], []

    def ask():
        with turn.taken(100):
            at_it.append(1)
            most.append(len(at_it))
            time.sleep(0.002)
            at_it.pop()

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 12


def test_whoever_waited_long_enough_goes_on_beside_the_one_that_hangs():
    turn = InTurn(patience=0.01)
    with turn.taken(100), turn.taken(100):
        pass
    with turn.taken(100):
        pass


def test_a_large_question_waits_for_nobody_and_holds_nobody_up():
    turn = InTurn(patience=30)
    with turn.taken(100), turn.taken(SMALL_BYTES + 1):
        pass
    with turn.taken(SMALL_BYTES + 1), turn.taken(100):
        pass


def test_a_question_that_fails_gives_its_turn_back():
    turn = InTurn(patience=30)
    for _ in range(2):
        try:
            with turn.taken(100):
                raise LookupError
        except LookupError:
            pass
