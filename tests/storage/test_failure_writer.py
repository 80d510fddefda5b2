"""Refusals are written down soon, beside the requests; a flood is cut off, and costs others nothing."""

import time

from registry.storage.failure_writer import A_MINUTE, FailureWriter
from tests.registries import START, Desk
from tests.storage.test_failed_signatures import failed


def kept(desk: Desk, platform: str = "p") -> int:
    with desk.registry.reading() as uow:
        return len(uow.failed_signatures.of(platform, 0))


def test_what_was_noted_is_written_down_by_itself(desk: Desk) -> None:
    writer = FailureWriter(desk.registry.engine, delay=0.01)
    writer.note(failed())
    ends = time.monotonic() + 60
    while not kept(desk) and time.monotonic() < ends:
        time.sleep(0.01)
    assert kept(desk) == 1
    writer.close()


def test_of_one_platform_a_few_a_minute_are_noted_and_others_all_the_same(desk: Desk) -> None:
    writer = FailureWriter(desk.registry.engine, delay=0.01)
    for _ in range(A_MINUTE + 5):
        writer.note(failed())
    writer.note(failed("q"))
    writer.note(failed(at=START + 60_000))
    writer.close()
    assert (kept(desk), kept(desk, "q"), writer.passed_over) == (A_MINUTE + 1, 1, 5)
