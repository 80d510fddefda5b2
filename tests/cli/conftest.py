"""A prepared registry in a folder of its own, and the `registry` command called on it."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from registry.bootstrap import Registry, open_registry
from registry.cli.main import main
from registry.domain.vocabulary import Role, WorkKind
from registry.services.actor import Actor
from registry.services.register_work import NewWork, register_work
from registry.settings import Settings

Call = Callable[..., Result]


@dataclass(slots=True)
class Command:
    """`registry …` with settings that name one folder."""

    env: dict[str, str]

    def __call__(self, *words: str, code: int = 0, input: str | None = None) -> Result:
        """Calls it, and holds its exit code against `code`."""
        result = CliRunner().invoke(main, list(words), env=self.env, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        """What it prints for machines."""
        return json.loads(self(*words, "--json", code=code).stdout)

    def open(self) -> Registry:
        """The same registry, opened in this process."""
        return open_registry(Settings.from_environ(self.env))


@pytest.fixture
def unprepared(tmp_path: Path) -> Command:
    return Command({"REGISTRY_VAR": str(tmp_path / "var"), "REGISTRY_LOOSENING_DELAY_SECONDS": "0"})


@pytest.fixture(scope="session")
def as_prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `registry migrate` makes of a folder that is not there. To be copied: that takes a tenth of the time."""
    folder = tmp_path_factory.mktemp("as-prepared") / "var"
    Command({"REGISTRY_VAR": str(folder)})("migrate")
    return folder


@pytest.fixture
def command(unprepared: Command, as_prepared: Path) -> Command:
    shutil.copytree(as_prepared, unprepared.env["REGISTRY_VAR"])
    return unprepared


@pytest.fixture
def registry(command: Command) -> Iterator[Registry]:
    opened = command.open()
    yield opened
    opened.close()


@dataclass(frozen=True, slots=True)
class Held:
    """A rightsholder with one work and the claim on it."""

    rightsholder: str
    work: str
    claim: str


@pytest.fixture
def hold(command: Command, registry: Registry) -> Callable[..., Held]:
    """Registers a work of a new rightsholder."""

    def make(name: str = "Ada", identifier: str = "isrc:GBAYE0601498") -> Held:
        rightsholder = command.json("rightsholders", "add", name)["rightsholder"]
        new = NewWork("Song", WorkKind.RECORDING, Role.RECORDING, (identifier,), embodies="mine")
        with registry.writing() as ledger:
            work = register_work(ledger, rightsholder, new, Actor("test", "token"))
        return Held(rightsholder, work.id, work.claims[0].id)

    return make
