from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registries import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """A registry, once on SQLite and once on PostgreSQL."""
    desk = open_desk(tmp_path, database_url)
    yield desk
    desk.registry.close()
