"""The PostgreSQL that other tests stand on is tested itself: empty, apart, never left over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests import postgresql
from tests.conftest import FreshDatabase
from tests.postgresql import Server

ROOT = Path(__file__).parent.parent


def test_an_empty_database_of_each_kind_takes_a_table(database_url: str) -> None:
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE work (title TEXT)"))
        connection.execute(text("INSERT INTO work VALUES ('Ærø')"))
        assert connection.scalar(text("SELECT title FROM work")) == "Ærø"
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_fresh_databases_know_nothing_of_each_other(
    fresh_database: FreshDatabase, kind: str
) -> None:
    first, second = create_engine(fresh_database(kind)), create_engine(fresh_database(kind))
    with first.begin() as connection:
        connection.execute(text("CREATE TABLE work (title TEXT)"))
    assert inspect(second).get_table_names() == []
    first.dispose()
    second.dispose()


def test_a_kind_nobody_knows_is_named_in_the_refusal(fresh_database: FreshDatabase) -> None:
    with pytest.raises(ValueError, match="mysql"):
        fresh_database("mysql")


def test_what_uses_postgresql_is_marked_so(
    request: pytest.FixtureRequest, postgresql_url: str
) -> None:
    assert postgresql_url.startswith("postgresql+psycopg://")
    assert request.node.get_closest_marker("postgresql")


def test_only_a_postgresql_address_in_database_url_counts() -> None:
    named = postgresql.named_server
    assert named({}) is None
    assert named({"DATABASE_URL": "sqlite:///var/registry.sqlite3"}) is None
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        url = named({"DATABASE_URL": f"{scheme}://me:secret@db.example/registry"})
        assert url is not None
        assert (url.drivername, url.host, url.database) == (
            "postgresql+psycopg", "db.example", "registry",
        )  # fmt: skip


@pytest.mark.usefixtures("postgresql_server")
def test_binaries_of_each_place_start_stop_start_again_and_keep_their_rows() -> None:
    # A server that DATABASE_URL names can be there without any binaries.
    for binaries in filter(None, [postgresql.distribution_binaries(), postgresql.wheel_binaries()]):
        lifeline = postgresql.Lifeline.hold()
        server = Server.make(lifeline.home, binaries)
        try:
            server.start()
            database = postgresql.create_database(server.url)
            with postgresql.connect(database) as connection:
                connection.execute("CREATE TABLE work AS SELECT 'kept' AS title")
            server.stop(signal.SIGINT)
            server.start()
            with postgresql.connect(database) as connection:
                assert connection.execute("SELECT title FROM work").fetchall() == [("kept",)]
        finally:
            server.stop()
            lifeline.let_go()
        assert not lifeline.home.exists()


@pytest.mark.usefixtures("postgresql_server")
def test_a_killed_test_session_leaves_neither_server_nor_files() -> None:
    program = (
        "import os, sys, time\n"
        "from tests import postgresql\n"
        "lifeline = postgresql.Lifeline.hold()\n"
        "postgresql.server_of_session(lifeline.home, {})\n"
        "print(lifeline.home, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as session:
        assert session.stdout is not None
        home = Path(session.stdout.readline().strip())
        postmaster = int((home / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, 0)
        session.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 60
    while home.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not home.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(postmaster, 0)
