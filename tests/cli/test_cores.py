"""Threads that answer, on one core a process, where there are no more than cores."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from registry.cli.cores import OnOneCore, cores_of_workers
from tests.cli.conftest import Command
from tests.cli.serving import served
from tests.cli.test_one_socket import serving

USABLE = sorted(os.sched_getaffinity(0))


def test_no_more_processes_than_cores_get_one_each() -> None:
    assert cores_of_workers("auto", len(USABLE)) == USABLE
    assert cores_of_workers("auto", 1) == USABLE[:1]
    assert cores_of_workers("auto", len(USABLE) + 1) == ()
    assert cores_of_workers("never", len(USABLE)) == ()


def test_always_goes_around_where_there_are_more_processes_than_cores() -> None:
    assert cores_of_workers("always", len(USABLE) + 1) == [*USABLE, USABLE[0]]
    assert cores_of_workers("always", 1) == USABLE[:1]


def test_a_thread_stays_from_its_first_request_on_and_others_do_not() -> None:
    def application(environ: dict[str, object], start_response: object) -> Iterable[bytes]:
        return [str(os.sched_getaffinity(0)).encode()]

    on_one = OnOneCore(application, USABLE[-1])
    with ThreadPoolExecutor(1) as other:
        for _ in range(2):
            assert other.submit(on_one, {}, print).result() == [str({USABLE[-1]}).encode()]
    assert os.sched_getaffinity(0) == set(USABLE)


def test_a_core_that_was_taken_away_since_costs_no_answer() -> None:
    def application(environ: dict[str, object], start_response: object) -> Iterable[bytes]:
        return [str(os.sched_getaffinity(0)).encode()]

    on_one = OnOneCore(application, USABLE[-1] + 1000)
    for _ in range(2):
        assert on_one({}, print) == [str(set(USABLE)).encode()]


@pytest.mark.parametrize(("pinning", "cores"), [("always", {USABLE[0]}), ("never", set(USABLE))])
def test_the_threads_of_a_served_process_that_answer_stay_on_its_core(
    tmp_path: Path, pinning: str, cores: set[int]
) -> None:
    Command({"REGISTRY_VAR": str(tmp_path / "var")})("migrate")
    with served(tmp_path, ("serve", "--no-worker"), REGISTRY_PIN_WORKERS=pinning) as server:
        (worker,) = serving(server)
        with httpx2.Client(trust_env=False) as http:
            assert http.get(f"{server.url}/healthz").status_code == 200
        threads = [int(each.name) for each in Path(f"/proc/{worker}/task").iterdir()]
        places = {frozenset(os.sched_getaffinity(each)) for each in threads}
        assert places == {frozenset(cores), frozenset(USABLE)}
        assert os.sched_getaffinity(server.process.pid) == set(USABLE)
