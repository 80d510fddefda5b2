"""A PostgreSQL to measure in: started for the run, over a Unix socket, and gone afterwards.

It is the tests' server (tests/postgresql.py: small buffers, and no fsync unless writes are what is measured; look-ups
only read, so what it leaves out touches nobody but the writes that fill it). `DATABASE_URL` names another one.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from tests import postgresql


@contextmanager
def a_postgresql(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty database; `durable`: on a server that waits for the disk at each commit.

    Raises: PostgreSQLMissingError where there is none to be had.
    """
    named = postgresql.named_server(os.environ)
    if named is not None:
        with _database(named) as url:
            yield url
        return
    binaries = postgresql.distribution_binaries() or postgresql.wheel_binaries()
    if binaries is None:
        raise postgresql.PostgreSQLMissingError(postgresql.HOW_TO_HAVE_IT)
    home = Path(tempfile.mkdtemp(prefix="registry-bench-"))
    server = postgresql.Server.make(home, binaries)
    server.durable = durable
    try:
        server.start()
        with _database(server.url) as url:
            yield url
    finally:
        server.stop(signal.SIGINT)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _database(server: URL) -> Iterator[str]:
    database = postgresql.create_database(server)
    try:
        yield database.render_as_string(hide_password=False)
    finally:
        postgresql.drop_database(server, database)


def gather_statistics(url: str) -> None:
    """What autovacuum would do by itself after a while: the planner learns how much there is."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
