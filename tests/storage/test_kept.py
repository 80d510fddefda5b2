"""Kept connections: lent to one at a time, never again after a failure, closed when the store is."""

import pytest

from registry.errors import Unavailable
from registry.storage.engine import open_engine
from registry.storage.kept import KeptConnections


def test_a_connection_is_lent_again_only_if_nothing_failed_on_it(database_url: str) -> None:
    engine = open_engine(database_url)
    kept = KeptConnections(engine, lambda connection: connection)
    with kept.lent() as first, kept.lent() as second:
        assert first is not second
    with kept.lent() as again:
        assert again in (first, second)
    with pytest.raises(Unavailable), kept.lent() as failed:
        failed.cursor().execute("SELECT nothing FROM nowhere")
    with pytest.raises(RuntimeError), kept.lent() as lost:
        raise RuntimeError
    with kept.lent() as fresh:
        assert fresh not in (failed, lost)
        kept.close()
        fresh.cursor().execute("SELECT 1")
    with pytest.raises(engine.dialect.loaded_dbapi.Error):  # type: ignore[union-attr]
        fresh.cursor().execute("SELECT 1")
    engine.dispose()
