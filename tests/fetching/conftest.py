from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetching.sites import Web, served_web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """Sites on loopback."""
    with served_web(tmp_path) as web:
        yield web
