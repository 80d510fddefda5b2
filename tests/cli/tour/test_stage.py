"""The stage stands apart from the reader's registry and is taken down, whatever happens."""

from pathlib import Path

import pytest

from registry.cli.tour.stage import LOOSENING_SECONDS, free_port, set_up
from registry.errors import NotFound, Unauthenticated


def test_the_server_is_up_inside_and_gone_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_VAR", str(tmp_path / "mine"))
    monkeypatch.setenv("REGISTRY_LOG_NAME", "mine")
    folder = tmp_path / "scratch"
    with pytest.raises(RuntimeError, match="in the middle"), set_up(folder_made(folder)) as stage:
        assert stage.get("/readyz")
        assert stage.registry.place.origin.endswith("/log")
        assert stage.registry.place.loosening_delay == LOOSENING_SECONDS * 1000
        with pytest.raises(NotFound):
            refuse(stage.get("/v1/records/none"))
        with pytest.raises(Unauthenticated):
            stage.post("/v1/works", {}, "crt_wrong")
        server = stage.server
        raise RuntimeError("in the middle")
    assert server.poll() is not None
    assert not (tmp_path / "mine").exists()


def folder_made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def refuse(content: bytes) -> None:
    raise AssertionError(f"this was not refused: {content[:80]!r}")


def test_a_free_port_is_free() -> None:
    assert 1024 <= free_port() <= 65_535
