"""A registry keeps its name: the log's origin and the issuer are settled by the first checkpoint."""

from pathlib import Path

import pytest

from registry.bootstrap import Registry, open_registry
from registry.errors import ConfigurationError
from registry.services.fsck import fsck
from registry.services.open_account import register_rightsholder
from registry.settings import Settings
from tests.registries import STEWARD


def at_port(folder: Path, database_url: str, port: int, **more: str) -> Registry:
    environ = {
        "REGISTRY_VAR": str(folder),
        "REGISTRY_DATABASE_URL": database_url,
        "PORT": str(port),
    }
    return open_registry(Settings.from_environ({**environ, **more}))


def test_moved_to_another_port_it_keeps_its_name_and_every_record_verifies(
    tmp_path: Path, database_url: str
) -> None:
    first = at_port(tmp_path, database_url, 8000)
    first.prepare()
    first.close()
    moved = at_port(tmp_path, database_url, 8017)
    moved.prepare()
    with moved.writing() as ledger:
        register_rightsholder(ledger, "Ada", STEWARD)
    assert moved.place.public_url == "http://127.0.0.1:8017"
    assert moved.place.origin == "127.0.0.1:8000/log"
    assert moved.place.issuer == "did:web:127.0.0.1%3A8000"
    with moved.reading() as uow:
        assert fsck(uow, moved.signers(), moved.place, moved.head_file.read()).wrong is None
    moved.close()


def test_a_public_url_that_contradicts_the_name_is_refused(
    tmp_path: Path, database_url: str
) -> None:
    first = at_port(tmp_path, database_url, 8000)
    first.prepare()
    first.close()
    renamed = at_port(tmp_path, database_url, 8000, REGISTRY_PUBLIC_URL="https://consent.example")
    with pytest.raises(ConfigurationError, match="keeps that name"):
        renamed.prepare()
    renamed.close()
