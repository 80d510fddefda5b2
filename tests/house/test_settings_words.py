"""Every setting is read in one place, and written down in .env.example and docs/settings.md."""

import ast
import re
from collections.abc import Iterator, Mapping

from registry.settings import Settings
from tests.house.tree import listed, modules, names_of, text_of

SETTINGS = "registry/settings.py"
IN_EXAMPLE = re.compile(r"^(?:# ?)?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
# A setting is documented by a heading or a table row that begins with its name.
IN_DOCS = re.compile(r"^(?:#+ +|\| *)`([A-Z][A-Z0-9_]*)`", re.MULTILINE)


class ListeningEnvironment(Mapping[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_given = values
        self.asked_for: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked_for.add(name)
        return self.values_given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_given)

    def __len__(self) -> int:
        return len(self.values_given)


def example() -> dict[str, str]:
    return dict(IN_EXAMPLE.findall(text_of(".env.example")))


def variables_read(values: Mapping[str, str]) -> set[str]:
    environment = ListeningEnvironment(values)
    Settings.from_environ(environment)
    return environment.asked_for


def every_variable_read() -> set[str]:
    """Asked for when nothing is set, or when everything is, as in the example."""
    return variables_read({}) | variables_read({k: v for k, v in example().items() if v})


def test_settings_are_read_from_the_environment_they_are_given() -> None:
    assert len(variables_read({})) >= 3


def test_every_setting_is_in_the_example_and_the_example_holds_no_other() -> None:
    assert set(example()) == every_variable_read()


def test_no_setting_stands_twice_in_the_example() -> None:
    names = [name for name, _ in IN_EXAMPLE.findall(text_of(".env.example"))]
    assert sorted(names) == sorted(set(names))


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert set(IN_DOCS.findall(text_of("docs/settings.md"))) == every_variable_read()


def test_nobody_but_the_settings_reads_the_environment() -> None:
    doors = re.compile(r"(os\.)?(environb?|getenvb?)")
    readers = [
        f"{path}:{getattr(node, 'lineno', '?')} {name}"
        for path, tree in modules("registry")
        if path != SETTINGS
        for node, name in names_of(tree)
        if doors.fullmatch(name) and name not in {"environ", "environb"}
    ]
    readers += [
        f"{path}:{node.lineno} from os import {alias.name}"
        for path, tree in modules("registry")
        if path != SETTINGS
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        for alias in node.names
        if doors.fullmatch(alias.name)
    ]
    readers += [
        f"{path}:{node.value.lineno} click reads {node.arg}"
        for path, tree in modules("registry")
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in {"envvar", "auto_envvar_prefix"}
    ]
    assert not readers, listed(readers)
