from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import Served, served


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[Served]:
    """A served registry, once on SQLite and once on PostgreSQL."""
    with served(tmp_path, database_url) as world:
        yield world
