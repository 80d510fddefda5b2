"""The kinds that there are: which of them stand, and how patiently each is tried."""

from registry.worker.kinds import KINDS, TRIES
from registry.worker.runner import wait_after

STANDING = {"status-lists", "log-check", "tidy", "census", "snapshot"}


def test_what_a_registry_does_for_itself_stands() -> None:
    assert {name for name, kind in KINDS.items() if kind.every is not None} >= STANDING


def test_a_job_is_tried_over_some_twenty_minutes() -> None:
    waits = [wait_after(attempt, 0.5) for attempt in range(1, TRIES)]
    assert 15 * 60_000 < sum(waits) < 30 * 60_000


def test_every_kind_is_tried_at_least_once() -> None:
    assert all(kind.tries >= 1 for kind in KINDS.values())
