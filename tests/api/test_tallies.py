"""Counts of several processes add up, and survive the process that made them."""

import gc
import multiprocessing
from pathlib import Path

from prometheus_client import CollectorRegistry

from registry.api.counts import Counts
from registry.api.tallies import Tallies
from tests.api.past import Past

GET = Past(method="GET", seconds=0.002)
REQUESTS = "registry_requests_total"
LABELS = {"endpoint": "e", "method": "GET", "status": "2xx"}


def found(tallies: Tallies, name: str = REQUESTS, **labels: str) -> float | None:
    registry = CollectorRegistry()
    tallies.collect_into(registry)
    return registry.get_sample_value(name, labels or LABELS)


def count(folder: Path, times: int) -> None:
    counts = Counts(Tallies(folder))
    for _ in range(times):
        counts.requests([GET])


def test_processes_that_live_are_added_up(tmp_path: Path) -> None:
    one, two = Tallies(tmp_path), Tallies(tmp_path)
    for tallies in (one, two):
        Counts(tallies).requests([GET])
    assert found(one) == found(two) == 2


def test_what_an_ended_process_counted_stays_and_its_files_go(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=count, args=(tmp_path, times)) for times in (3, 4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    last = Tallies(tmp_path)
    Counts(last).requests([GET])
    assert found(last) == 8
    bucket = {"endpoint": "e", "le": "0.0025"}
    assert found(last, "registry_request_duration_seconds_bucket", **bucket) == 8
    assert found(last, "registry_request_duration_seconds_count", endpoint="e") == 8
    assert len(list(tmp_path.glob("*.db"))) == 4  # two of the living, two of all who are gone


def test_a_closed_application_leaves_nothing_open(tmp_path: Path) -> None:
    tallies = Tallies(tmp_path)
    Counts(tallies).requests([GET])
    del tallies
    gc.collect()  # an unclosed file would be a warning, and so an error
    assert found(Tallies(tmp_path)) == 1
