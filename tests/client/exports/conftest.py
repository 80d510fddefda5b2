"""A copy to spoil of the export that a module has made once."""

import shutil
from pathlib import Path

import pytest

from tests.registries import Desk


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Path:
    shutil.copytree(desk.registry.settings.var.parent / "export", tmp_path / "copy")
    return tmp_path / "copy"
