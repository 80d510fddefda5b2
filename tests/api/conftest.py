"""`world`: one served registry a test module, on SQLite; its tests use identifiers of their own."""

from collections.abc import Iterator

import pytest

from tests.api.served import Served, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("registry")) as world:
        yield world
