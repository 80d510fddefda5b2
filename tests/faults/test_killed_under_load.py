"""Processes killed while artists write and platforms ask: only refusals meanwhile, nothing lost, nobody has to help.

Each test keeps the history of everything that was acknowledged and answered, and holds it against the rules.
"""

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests import postgresql
from tests.faults.history import broken
from tests.faults.processes import (
    ROUNDS,
    Processes,
    database_of,
    kill,
    own_postgresql,
    processes,
    runs,
    started_again,
    wait_until,
)
from tests.faults.traffic import Traffic, parties, traffic

pytestmark = pytest.mark.faults

AWAY_SECONDS = 0.7


@pytest.fixture(scope="module")
def database() -> Iterator[postgresql.Server]:
    with own_postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("on-sqlite")
    url = f"sqlite:///{folder / 'registry.sqlite'}"
    with processes(folder, url, REGISTRY_WORKERS="2") as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, database: postgresql.Server
) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("on-postgresql")
    with processes(folder, database_of(database), REGISTRY_WORKERS="2") as server:
        server.start()
        yield server


def done_to(server: Processes, fault: Callable[[], None], *, felt: bool) -> Traffic:
    """Does it ROUNDS times under load, waits each time until everybody is served again, and checks everything."""
    registry = server.open()
    with traffic([server.url], parties(registry)) as load:
        load.goes_on("everybody is served before the fault")
        for _ in range(ROUNDS):
            begun = time.monotonic()
            fault()
            done = time.monotonic() - begun
            print(f"\n  fault took {done:.1f} s, everybody served {load.goes_on():.1f} s later")
    print(f"  {load.history.summary()}")
    assert broken(load.history, registry) == []
    assert load.history.refusals or not felt, "the fault was felt"
    registry.close()
    return load


def all_server_processes_killed(server: Processes) -> None:
    killed = server.server_processes()
    assert len(killed) == 2
    for pid in killed:
        kill(pid)
    wait_until(
        lambda: len(set(server.server_processes()) - set(killed)) == 2, "two new server processes"
    )


def killed_and_started(server: Processes) -> None:
    server.kill_everything()
    server.start()


def test_server_processes_killed_are_started_again(on_sqlite: Processes) -> None:
    done_to(on_sqlite, lambda: all_server_processes_killed(on_sqlite), felt=True)


@pytest.mark.postgresql
def test_server_processes_killed_on_postgresql_are_started_again(on_postgresql: Processes) -> None:
    done_to(on_postgresql, lambda: all_server_processes_killed(on_postgresql), felt=True)


def test_a_server_killed_as_a_whole_goes_on_where_it_was(on_sqlite: Processes) -> None:
    done_to(on_sqlite, lambda: killed_and_started(on_sqlite), felt=True)


@pytest.mark.postgresql
def test_a_server_killed_as_a_whole_on_postgresql_goes_on_where_it_was(
    on_postgresql: Processes,
) -> None:
    done_to(on_postgresql, lambda: killed_and_started(on_postgresql), felt=True)


def test_server_processes_end_with_a_parent_that_was_killed_alone(on_sqlite: Processes) -> None:
    """Else they would go on at the same port, beside those that are started next."""
    assert on_sqlite.parent is not None
    left = [*on_sqlite.server_processes(), *on_sqlite.background_worker()]
    on_sqlite.parent.kill()
    on_sqlite.parent.wait()
    took = wait_until(lambda: not any(map(runs, left)), "they end")
    print(f"\n  {len(left)} processes ended {took:.1f} s after their parent was killed")
    on_sqlite.start()


def test_a_background_worker_killed_is_started_again_and_nobody_notices(
    on_sqlite: Processes,
) -> None:
    def worker_killed() -> None:
        (killed,) = wait_for_a_worker(on_sqlite)
        kill(killed)
        wait_until(lambda: on_sqlite.background_worker() not in ([], [killed]), "a new worker")

    load = done_to(on_sqlite, worker_killed, felt=False)
    assert not load.history.refusals


def wait_for_a_worker(server: Processes) -> list[int]:
    wait_until(lambda: len(server.background_worker()) == 1, "a background worker")
    return server.background_worker()


@pytest.mark.postgresql
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_postgresql_stopped_under_load_is_only_a_refusal_and_then_all_goes_on(
    on_postgresql: Processes, database: postgresql.Server, by: signal.Signals
) -> None:
    """SIGINT is its fast shutdown (a restart), SIGQUIT its immediate one, SIGKILL none at all."""

    def stopped_and_started() -> None:
        database.stop(by)
        time.sleep(AWAY_SECONDS)
        started_again(database)

    load = done_to(on_postgresql, stopped_and_started, felt=True)
    answered = {each.status for each in load.history.refusals} - {None}
    assert answered <= {401, 503}, "refused in our own words"
