"""Disks that fill while artists write and platforms ask: writes are refused, nothing is lost, and room is enough."""

import time
from collections.abc import Callable, Collection, Iterator, Set
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests import postgresql
from tests.faults.history import History, broken
from tests.faults.processes import (
    ROUNDS,
    Processes,
    database_of,
    own_postgresql,
    processes,
    started_again,
    wait_until,
)
from tests.faults.room import fill, lift_limit, limit_files, make_room, small_disk
from tests.faults.traffic import parties, traffic

pytestmark = pytest.mark.faults

FULL_SECONDS = 1.0
ROOM_OF_POSTGRESQL = 224
"""MiB: an empty one takes 40, and several files of its log, of 16 each, come and go."""


def filled_under_load(
    server: Processes,
    fills: Callable[[], None],
    makes_room: Callable[[], None],
    *,
    answered_meanwhile: Collection[str],
    refused_with: Set[int] = frozenset({503}),
) -> History:
    """Fills it ROUNDS times until writes are refused, waits for answers of these kinds, makes room again, and checks
    everything. Returns the history."""
    registry = server.open()
    with traffic([server.url], parties(registry)) as load:
        history = load.history
        for _ in range(ROUNDS):
            load.goes_on("everybody is served before the disk is full")
            begun = time.monotonic()
            fills()
            took = wait_until(lambda: refused(history, "writer", begun) > 0, "a refusal")  # noqa: B023
            full = time.monotonic()
            time.sleep(FULL_SECONDS)
            for kind in answered_meanwhile:
                wait_until(lambda: answered(history, kind, full), f"{kind} answers")  # noqa: B023
            makes_room()
            print(f"\n  writes refused {took:.1f} s after it was full")
            print(f"  everybody served {load.goes_on():.1f} s after there was room")
    print(f"  {history.summary()}")
    assert broken(history, registry) == []
    assert {each.status for each in history.refusals} <= refused_with
    registry.close()
    return history


def refused(history: History, who: str, since: float = 0.0) -> int:
    return sum(each.sent >= since and each.who.startswith(who) for each in list(history.refusals))


def answered(history: History, kind: str, since: float) -> bool:
    signed = kind == "signed"
    return any(
        each.sent > since and (each.asker is not None) == signed for each in list(history.answers)
    )


def test_a_full_disk_under_the_store_refuses_writes_and_answers_questions(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with (
        small_disk(disk),
        processes(tmp_path, f"sqlite:///{disk / 'registry.sqlite'}") as server,
    ):
        server.start("--no-worker")

        def fills() -> None:
            fill(disk)
            server.wait_until_it_says(503)

        history = filled_under_load(
            server, fills, lambda: make_room(disk), answered_meanwhile=("signed", "unsigned")
        )
        server.wait_until_it_says(200)
    assert not refused(history, "asker")


def test_where_no_file_may_grow_writes_are_refused_and_unsigned_questions_answered(
    tmp_path: Path,
) -> None:
    """A signed question needs its nonce kept, so it is refused too once that file has no room."""
    store = tmp_path / "registry.sqlite"
    with processes(tmp_path, f"sqlite:///{store}") as server:
        server.start("--no-worker")
        wal = store.with_name("registry.sqlite-wal")
        filled_under_load(
            server,
            lambda: limit_files(server.server_processes, wal.stat().st_size + 100_000),
            lambda: lift_limit(server.server_processes),
            answered_meanwhile=("unsigned",),
        )


def test_a_full_disk_under_the_head_file_refuses_everything_and_then_goes_on(
    tmp_path: Path,
) -> None:
    """What is in the store by then cannot be released, so nothing may be answered from it either."""
    with small_disk(tmp_path / "disk") as disk:
        store = f"sqlite:///{tmp_path / 'registry.sqlite'}"
        head = str(disk / "log-head")
        with processes(tmp_path, store, REGISTRY_HEAD_FILE=head) as server:
            server.start("--no-worker")
            history = filled_under_load(
                server, lambda: fill(disk), lambda: make_room(disk), answered_meanwhile=()
            )
    assert refused(history, "asker")


@pytest.fixture(scope="module")
def database() -> Iterator[postgresql.Server]:
    """A PostgreSQL whose data lie on a small disk, and which keeps few old files of its own log."""
    with own_postgresql(partial(small_disk, mebibytes=ROOM_OF_POSTGRESQL)) as server:
        with postgresql.connect(server.url) as connection:
            connection.execute("ALTER SYSTEM SET min_wal_size = '32MB'")
            connection.execute("SELECT pg_reload_conf()")
        yield server


@pytest.fixture(scope="module")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, database: postgresql.Server
) -> Iterator[Processes]:
    with processes(tmp_path_factory.mktemp("small-disk"), database_of(database)) as server:
        server.start("--no-worker")
        yield server


def begin_a_file_of_its_log(database: postgresql.Server) -> None:
    """What PostgreSQL writes next goes to a new file of 16 MiB."""
    with postgresql.connect(database.url) as connection:
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("CREATE TABLE written (); DROP TABLE written")


@pytest.mark.postgresql
def test_a_full_disk_under_postgresql_refuses_writes_and_answers_questions(
    on_postgresql: Processes, database: postgresql.Server
) -> None:
    """Its tables cannot grow; its log can, in the file that was begun. A signed question may need room, too."""

    def fills() -> None:
        with postgresql.connect(database.url) as connection:
            connection.execute("CHECKPOINT")  # old files of its log go
        begin_a_file_of_its_log(database)
        fill(database.data)

    history = filled_under_load(
        on_postgresql, fills, lambda: make_room(database.data), answered_meanwhile=("unsigned",)
    )
    assert {each.code for each in history.refusals} == {"unavailable"}


@pytest.mark.postgresql
def test_a_postgresql_that_crashes_for_want_of_room_goes_on_when_there_is_some(
    on_postgresql: Processes, database: postgresql.Server
) -> None:
    """Where its own log has no room it crashes, and mostly has to be started again. Its nonces are lost with that, so
    signatures from before are refused (401)."""

    def has_ended() -> bool:
        return database.process is None or database.process.poll() is not None

    def fills() -> None:
        panics = said(database).count("PANIC:")
        fill(database.data)

        def crashed() -> bool:
            with suppress(psycopg.OperationalError):
                begin_a_file_of_its_log(database)  # one after the other, until there is none
            return said(database).count("PANIC:") > panics

        wait_until(crashed, "PostgreSQL crashes")

    def makes_room() -> None:
        make_room(database.data)
        if has_ended():
            database.stop()
            started_again(database)

    history = filled_under_load(
        on_postgresql, fills, makes_room, answered_meanwhile=(), refused_with={401, 503}
    )
    assert {each.code for each in history.refusals} <= {"unavailable", "signature-before-nonces"}


def said(database: postgresql.Server) -> str:
    return (database.home / "log").read_text()
