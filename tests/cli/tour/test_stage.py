"""The stage stands apart from the reader's registry and is taken down, whatever happens."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from registry.cli.tour.stage import LOOSENING_SECONDS, Stage, free_port, set_up
from registry.errors import RegistryError, Unauthenticated
from tests.cli.tour.conftest import running_in_group
from tests.faults.processes import wait_until


def break_off_in_the_middle(folder: Path, servers: "list[subprocess.Popen[bytes]]") -> None:
    with set_up(folder) as stage:
        servers.append(stage.server)
        look_around(stage)
        raise RuntimeError("in the middle")


def look_around(stage: Stage) -> None:
    assert stage.get("/readyz")
    assert stage.registry.place.origin == f"{stage.url.removeprefix('http://')}/log"
    assert stage.registry.place.loosening_delay == LOOSENING_SECONDS * 1000
    with pytest.raises(RegistryError, match="no record"):
        stage.get("/v1/records/none")
    with pytest.raises(Unauthenticated):
        stage.post("/v1/works", {}, "crt_wrong")


def test_the_server_is_up_inside_and_gone_outside_and_nothing_else_was_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_VAR", str(tmp_path / "mine"))
    monkeypatch.setenv("REGISTRY_LOG_NAME", "mine")
    (tmp_path / "scratch").mkdir()
    servers: list[subprocess.Popen[bytes]] = []
    with pytest.raises(RuntimeError, match="in the middle"):
        break_off_in_the_middle(tmp_path / "scratch", servers)
    assert servers[0].poll() is not None
    assert running_in_group(servers[0].pid) == []
    assert [path.name for path in tmp_path.iterdir()] == ["scratch"]


def test_a_free_port_is_free() -> None:
    assert 1024 <= free_port() <= 65_535


def test_a_server_that_does_not_listen_to_kind_words_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.cli.tour.stage.END_SECONDS", 1)
    with set_up(tmp_path) as stage:
        assert len(running_in_group(stage.server.pid)) == 2
        os.kill(stage.server.pid, signal.SIGSTOP)
        stage.stop_server()
        assert stage.server.returncode == -signal.SIGKILL
        wait_until(lambda: running_in_group(stage.server.pid) == [], "its children are gone")
