"""Server processes on cores of their own, where there are as many as cores."""

import os
from pathlib import Path

import pytest

from registry.cli.cores import cores_of_workers
from tests.cli.conftest import Command
from tests.cli.serving import served
from tests.cli.test_one_socket import serving

USABLE = sorted(os.sched_getaffinity(0))


def test_as_many_processes_as_cores_get_one_each() -> None:
    assert cores_of_workers("auto", len(USABLE)) == USABLE
    assert cores_of_workers("auto", len(USABLE) + 1) == ()
    assert cores_of_workers("never", len(USABLE)) == ()


def test_always_goes_around_where_there_are_more_processes_than_cores() -> None:
    assert cores_of_workers("always", len(USABLE) + 1) == [*USABLE, USABLE[0]]
    assert cores_of_workers("always", 1) == USABLE[:1]


@pytest.mark.parametrize(("pinning", "cores"), [("always", {USABLE[0]}), ("never", set(USABLE))])
def test_every_thread_of_a_served_process_stays_on_its_core(
    tmp_path: Path, pinning: str, cores: set[int]
) -> None:
    Command({"REGISTRY_VAR": str(tmp_path / "var")})("migrate")
    with served(tmp_path, ("serve", "--no-worker"), REGISTRY_PIN_WORKERS=pinning) as server:
        (worker,) = serving(server)
        threads = [int(each.name) for each in Path(f"/proc/{worker}/task").iterdir()]
        assert len(threads) > 4
        assert {frozenset(os.sched_getaffinity(each)) for each in threads} == {frozenset(cores)}
        assert os.sched_getaffinity(server.process.pid) == set(USABLE)
