"""The job roots what is over, and stands in the list of those that nobody has to ask for."""

from registry.storage.asks import Asked
from registry.worker.asks import root_asks
from registry.worker.kinds import KINDS
from tests.asked import JOB
from tests.registries import HOUR, START, Desk


def test_it_is_run_unasked_every_minute() -> None:
    assert (KINDS["asks"].run, KINDS["asks"].every) == (root_asks, 60_000)


def test_all_hours_that_are_over_are_rooted_in_one_run_and_the_present_one_is_not(
    desk: Desk,
) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.asks.add([Asked("p", START + n * HOUR, b"q" * 32, b"a" * 32) for n in range(4)])
    desk.clock.forward(3 * HOUR)
    root_asks(desk.registry, JOB)
    with desk.registry.reading() as uow:
        assert len([each for each in uow.asks.roots() if each.seq is not None]) == 3
        assert uow.asks.unfinished() is None


def test_where_nothing_was_asked_nothing_is_logged(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        before = uow.log.head()
    desk.clock.forward(50 * HOUR)
    root_asks(desk.registry, JOB)
    with desk.registry.reading() as uow:
        assert uow.log.head() == before
