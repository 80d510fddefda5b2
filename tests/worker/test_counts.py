"""Counts of works are kept up by a job that nobody has to ask for, and that may be broken off."""

from dataclasses import replace

import pytest

from registry.services.add_up_told import AT_ONCE
from registry.storage.lookup_counts import LookupCounts
from registry.storage.platform_counts import Answered
from registry.worker.counts import count_told
from registry.worker.kinds import KINDS
from tests.asked import JOB
from tests.registries import Desk

COUNTS = replace(JOB, kind="counts")
WORKS = [f"w{number:05d}" for number in range(AT_ONCE + 1)]


def told(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.told_works.add({Answered("p", 0, "search", "deny"): WORKS})


def counts(desk: Desk) -> list[int]:
    with desk.registry.reading() as uow:
        return [count for work in WORKS for _, count in uow.lookup_counts.of(work, 0, 1)]


def test_it_is_run_unasked_every_minute() -> None:
    assert (KINDS["counts"].run, KINDS["counts"].every) == (count_told, 60_000)


def test_a_run_that_is_broken_off_is_gone_on_with_and_counts_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(desk)
    add = LookupCounts.add
    times: list[int] = []

    def breaking_off(self: LookupCounts, found: object) -> None:
        times.append(1)
        add(self, found)  # type: ignore[arg-type]
        if len(times) == 2:
            raise RuntimeError("broken off before the transaction ends")

    monkeypatch.setattr(LookupCounts, "add", breaking_off)
    with pytest.raises(RuntimeError):
        count_told(desk.registry, COUNTS)
    assert sum(counts(desk)) == AT_ONCE
    count_told(desk.registry, COUNTS)
    assert counts(desk) == [1] * len(WORKS)
    count_told(desk.registry, COUNTS)
    assert counts(desk) == [1] * len(WORKS)
