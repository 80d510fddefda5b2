"""The client runs where the server's packages are not installed."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.cli.serving import Served, served

ROOT = Path(__file__).resolve().parents[2]
OF_THE_CLIENT = ("ask", "asks check", "journal check", "screen", "verify")

_BLOCKER = """
import sys

class Away:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Away())
"""


def _modules_of_the_server() -> set[str]:
    """What one could import if, and only if, the extra `server` was installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        _plain(re.split(r"[\[><=]", each)[0]) for each in project["optional-dependencies"]["server"]
    }
    return {
        module
        for module, distributions in packages_distributions().items()
        if wanted & {_plain(each) for each in distributions}
    }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which no package of the server's can be imported."""
    folder = tmp_path_factory.mktemp("light")
    modules = _modules_of_the_server()
    assert {"flask", "sqlalchemy", "alembic", "authlib", "granian"} <= modules
    (folder / "sitecustomize.py").write_text(_BLOCKER.format(modules=modules))
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("light-server")) as running:
        yield running


def _registry(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "registry.cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", OF_THE_CLIENT)
def test_a_command_of_the_client_needs_no_server(light: dict[str, str], command: str) -> None:
    told = _registry(light, *command.split(), "--help")
    assert told.returncode == 0, told.stderr
    assert f"registry {command}" in " ".join(told.stdout.split()).replace(
        "python -m registry.cli", "registry"
    )


def test_a_question_is_asked_and_its_answer_verified(light: dict[str, str], server: Served) -> None:
    told = _registry({**light, **server.env}, "ask", "isrc:GBAYE0601500")
    assert told.returncode == 4, told.stderr
    assert "unregistered" in told.stdout


def test_an_export_is_verified(light: dict[str, str], server: Served, tmp_path: Path) -> None:
    out = str(tmp_path / "export.zip")
    made = _registry({**os.environ, **server.env}, "export", "--out", out)
    assert made.returncode == 0, made.stderr
    told = _registry(light, "verify", out, "--replay")
    assert told.returncode == 3, told.stdout + told.stderr  # no key was given
    assert "the export holds" in told.stdout


def test_a_command_of_the_server_says_how_to_have_it(light: dict[str, str]) -> None:
    told = _registry(light, "doctor", "--json")
    assert told.returncode == 1
    assert "PATH/TO/CLONE[server]" in told.stderr
    assert "Traceback" not in told.stderr


def test_help_names_every_command_and_which_are_not_there(light: dict[str, str]) -> None:
    told = _registry(light, "--help")
    assert told.returncode == 0, told.stderr
    assert "serve          (of the server, which is not installed)" in told.stdout
