"""For pages that ask no store what could differ from one kind to the other: `database_url` is SQLite's alone."""

from collections.abc import Callable

import pytest


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """The URL of an empty database."""
    return fresh_database("sqlite")
