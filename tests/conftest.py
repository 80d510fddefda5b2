"""What all tests share: empty databases of both kinds, and an honest account of what did not run.

`fresh_database("sqlite" | "postgresql")` gives the URL of an empty database; `database_url` runs a
test once on each kind, and so does `desk`, a registry that is prepared; `postgresql_url` is one empty
PostgreSQL database for the whole session.
Tests that use PostgreSQL are marked `postgresql` by themselves. Without a server they are left out
and the closing summary says so; where CI=true they fail instead.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import settings
from sqlalchemy.engine import URL, make_url

from tests import postgresql
from tests.compiled_once import compile_once
from tests.fetching.sites import Web, served_web
from tests.outside_programs import FRAMES, PROGRAMS
from tests.prepared import PreparedStore, copied_desk, prepare_store
from tests.registries import Desk

# How long an example takes says more about what else the machine does than about the code.
# Where CI is set, Hypothesis has a profile of its own, which is as patient and repeatable.
if "CI" not in os.environ:
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


class FreshDatabase(Protocol):
    """Gives the URL of an empty database of this kind; on PostgreSQL of a copy, where it is told of what."""

    def __call__(self, kind: str, like: str | None = None) -> str: ...


sys.path.append(str(FRAMES))  # last: what the environment has comes first

_lifeline = pytest.StashKey[postgresql.Lifeline]()
_home = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(program): needs a program outside Python (tests/outside_programs.py)"
    )
    compile_once()
    # pytest-alembic 0.13 binds its ready-made tests to this very file with a collector that
    # pytest 9 cannot build. A path that no file has keeps it from that; whoever wants those
    # tests imports them from pytest_alembic.tests.
    config.option.pytest_alembic_tests_path = "nowhere"
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[_home] = Path(worker["postgresql_home"])
    else:
        # The processes of pytest-xdist, which inherit this, must collect the same tests in the
        # same order, also where a test's parameters come out of a set.
        os.environ.setdefault("PYTHONHASHSEED", "0")
        config.stash[_lifeline] = postgresql.Lifeline.hold()
        config.stash[_home] = config.stash[_lifeline].home


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["postgresql_home"] = str(node.config.stash[_home])


def pytest_unconfigure(config: pytest.Config) -> None:
    if _lifeline in config.stash:
        config.stash[_lifeline].let_go()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        call = getattr(item, "callspec", None)
        by_parameter = call is not None and "postgresql" in map(str, call.params.values())
        by_fixture = "postgresql_server" in getattr(item, "fixturenames", ())
        if by_parameter or by_fixture:
            item.add_marker("postgresql")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            program = PROGRAMS[name]
            if missing := program.missing():
                pytest.skip(
                    f"no {program.name} ({', '.join(missing)}); "
                    f"to have it: {program.how_to_have_it}"
                )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Iterator[None]:
    # After everything else, so that it stands right above the closing line.
    yield
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else "?"
        for report in terminalreporter.stats.get("skipped", [])
    )
    if reasons:
        terminalreporter.section("left out")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} {'test' if count == 1 else 'tests'}: {reason}")
    if not reasons:
        terminalreporter.write_line("Nothing was left out.")


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> URL:
    """The maintenance database of the server all tests share; for `tests.postgresql` functions."""
    try:
        return postgresql.server_of_session(request.config.stash[_home], os.environ)
    except postgresql.PostgreSQLMissingError as none:
        reason = f"no PostgreSQL ({none}); to have it: {postgresql.HOW_TO_HAVE_IT}"
        if os.environ.get("CI") == "true" or postgresql.named_server(os.environ):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: URL) -> Iterator[str]:
    """A PostgreSQL database that begins empty and is this test process's alone."""
    database = postgresql.create_database(postgresql_server)
    yield database.render_as_string(hide_password=False)
    postgresql.drop_database(postgresql_server, database)


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FreshDatabase]:
    """Call it with "sqlite" or "postgresql", as often as you like: each time an empty database."""
    made: list[URL] = []
    servers: list[URL] = []
    count = 0

    def fresh(kind: str, like: str | None = None) -> str:
        nonlocal count
        count += 1
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / f'registry-{count}.sqlite3'}"
        if kind != "postgresql":
            raise ValueError(f'fresh_database knows "sqlite" and "postgresql", not {kind!r}')
        servers[:] = [request.getfixturevalue("postgresql_server")]
        made.append(postgresql.create_database(servers[0], like and make_url(like).database))
        return made[-1].render_as_string(hide_password=False)

    yield fresh
    for database in made:
        postgresql.drop_database(servers[0], database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The test runs once on each kind."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(database_kind: str, fresh_database: FreshDatabase) -> str:
    """The URL of an empty database; the test runs once on each kind."""
    return fresh_database(database_kind)


@pytest.fixture(scope="session")
def prepared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], PreparedStore]]:
    """Call it with "sqlite" or "postgresql": a registry to be copied, made when it is first asked for."""
    made: dict[str, PreparedStore] = {}
    servers: list[URL] = []

    def prepared(kind: str) -> PreparedStore:
        if kind not in made:
            folder = tmp_path_factory.mktemp(f"prepared-{kind}")
            url = f"sqlite:///{folder / 'registry.sqlite3'}"
            if kind == "postgresql":
                servers[:] = [request.getfixturevalue("postgresql_server")]
                url = postgresql.create_database(servers[0]).render_as_string(hide_password=False)
            made[kind] = prepare_store(folder, url)
        return made[kind]

    yield prepared
    for server in servers:
        postgresql.drop_database(server, make_url(made["postgresql"].database_url))


@pytest.fixture
def desk(
    tmp_path: Path,
    database_kind: str,
    fresh_database: FreshDatabase,
    prepared_store: Callable[[str], PreparedStore],
) -> Iterator[Desk]:
    """A prepared registry, once on SQLite and once on PostgreSQL."""
    store = prepared_store(database_kind)
    url = fresh_database(database_kind, like=store.database_url)
    desk = copied_desk(store, tmp_path, url)
    yield desk
    desk.registry.close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """Sites on loopback, for looks at what others say on theirs."""
    with served_web(tmp_path) as web:
        yield web
