"""More than one sequencer: over one store they make one log; with a store that stayed behind, one signs nothing."""

import sqlite3
import time
from pathlib import Path

import httpx2
import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection

from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.errors import LogRefuses
from registry.services.declare import declare
from registry.services.ledger import Ledger
from registry.storage.unit_of_work import UnitOfWork
from tests.conftest import FreshDatabase
from tests.faults.history import broken
from tests.faults.processes import ROUNDS, Processes, processes
from tests.faults.traffic import parties, traffic
from tests.registries import STEWARD, Desk, open_desk

pytestmark = pytest.mark.faults

LOAD_SECONDS = 1.0 * ROUNDS
ISRC = "isrc:GBAYE0601498"


def test_two_servers_on_one_store_make_one_log(tmp_path: Path, database_url: str) -> None:
    with (
        processes(tmp_path, database_url) as first,
        processes(tmp_path, database_url, REGISTRY_PUBLIC_URL=first.url) as second,
    ):
        registry = first.open()
        taking_part = parties(registry)
        first.start("--no-worker")
        second.start("--no-worker")
        with traffic([first.url, second.url], taking_part) as load:
            load.goes_on()
            time.sleep(LOAD_SECONDS)
            load.goes_on()
        print(f"\n  {load.history.summary()}")
        assert broken(load.history, registry) == []
        assert not load.history.refusals
        registry.close()


def test_a_server_on_a_store_that_stayed_behind_signs_and_answers_nothing(tmp_path: Path) -> None:
    """A copy of the store, beside which the first went on: they share what was released, and nothing else."""
    store, copy = tmp_path / "registry.sqlite", tmp_path / "copy.sqlite"
    with processes(tmp_path, f"sqlite:///{store}") as first:
        registry = first.open()
        taking_part = parties(registry)
        copied(store, copy)
        first.start("--no-worker")
        with traffic([first.url], taking_part) as load:
            load.goes_on()
        stale = processes(tmp_path, f"sqlite:///{copy}", REGISTRY_PUBLIC_URL=first.url)
        with stale as second:
            refuses_to_start(second)
        assert broken(load.history, registry) == []
        registry.close()


def test_a_server_whose_store_is_put_back_under_it_stops_at_once(tmp_path: Path) -> None:
    """Two copies of one store, both served, and only one of them is written to."""
    store, copy = tmp_path / "registry.sqlite", tmp_path / "copy.sqlite"
    with processes(tmp_path, f"sqlite:///{store}") as first:
        registry = first.open()
        taking_part = parties(registry)
        copied(store, copy)
        stale = processes(tmp_path, f"sqlite:///{copy}", REGISTRY_PUBLIC_URL=first.url)
        with stale as second, httpx2.Client(trust_env=False, timeout=60) as http:
            first.start("--no-worker")
            second.start("--no-worker")
            question = {"usage": "generative-training", "id": taking_part.allowed[0][0][1]}
            assert http.get(f"{second.url}/v1/verify", params=question).json()["results"]
            with traffic([first.url], taking_part) as load:
                load.goes_on()
            answer = http.get(f"{second.url}/v1/verify", params=question)
            assert answer.status_code == 503, "an old permission is none"
            written = http.post(
                f"{second.url}/v1/declarations",
                json={"subject": {"catalogue": True}, "preset": "no-ai"},
                headers={"Authorization": f"Bearer {taking_part.tokens[0]}"},
            )
            assert written.status_code == 503
            print(f"\n  {written.json()['detail'][:110]}")
            second.wait_until_it_says(503)
        with sqlite3.connect(copy) as connection:
            size = connection.execute("SELECT size FROM log_head").fetchone()[0]
        assert size == taking_part.began, "nothing was added to it"
        assert broken(load.history, registry) == []
        registry.close()


def test_a_sequencer_that_took_no_turn_is_stopped_by_the_store(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    """Two transactions read the same head; whoever comes second would fork the log."""
    desk = open_desk(tmp_path, fresh_database("postgresql"))
    work, _ = desk.work(ISRC)
    desk.clock.forward(1_000)
    with desk.registry.engine.connect() as connection, connection.begin() as transaction:
        early = ledger_without_a_turn(desk, connection)
        desk.declare(work, generative_training="deny")
        declared = desk.fsck().events
        with pytest.raises((LogRefuses, UniqueViolation)):
            say_no(desk, early, work)
        transaction.rollback()
    report = desk.fsck()
    assert (report.wrong, report.events) == (None, declared)
    desk.clock.forward(1_000)
    desk.declare(work, search="deny")
    assert desk.fsck().wrong is None
    desk.registry.close()


def ledger_without_a_turn(desk: Desk, connection: Connection) -> Ledger:
    return Ledger(
        UnitOfWork(connection),
        desk.registry.signers(),
        desk.registry.place,
        clock_now=desk.clock(),
        released=desk.registry.head_file.read(),
    )


def say_no(desk: Desk, ledger: Ledger, work: str) -> None:
    declare(ledger, desk.rightsholder(), Subject("work", work), Wish(preset="no-ai"), STEWARD)
    ledger.seal()


def copied(store: Path, copy: Path) -> None:
    with sqlite3.connect(store) as source, sqlite3.connect(copy) as target:
        source.backup(target)


def refuses_to_start(server: Processes) -> None:
    with pytest.raises(AssertionError, match="already released"):
        server.start("--no-worker")
