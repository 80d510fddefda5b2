"""`world`: one served registry a test module, on SQLite; its tests use identifiers of their own. `stores`: one store of
nonces as two workers hold it, once on each kind of database."""

from collections.abc import Iterator

import pytest

from registry.storage.nonces import NonceStore, open_nonces
from tests.api.served import Served, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("registry")) as world:
        yield world


@pytest.fixture
def stores(database_url: str) -> Iterator[list[NonceStore]]:
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    made = [open_nonces(url) for _ in range(2)]
    made[0].prepare(1)
    yield made
    for store in made:
        store.close()
