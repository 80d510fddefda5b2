"""One served registry for all tests of screening."""

from collections.abc import Iterator

import pytest

from tests.client.between import World, world


@pytest.fixture(scope="package")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("screening")) as made:
        yield made
