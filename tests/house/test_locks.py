"""The locks hold what pyproject.toml asks for, to the last hash, and no word of where to get it."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.house.tree import text_of

LOCKS = ["requirements.lock", "requirements-dev.lock"]
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^ ;\\]+)(?P<rest>.*)$")
HASH = re.compile(r"^ {4}--hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(lock: str) -> dict[str, set[str]]:
    """Package → its versions (there may be one for each platform or Python)."""
    found: dict[str, set[str]] = {}
    for line in text_of(lock).splitlines():
        if pin := PIN.match(line):
            found.setdefault(pin["name"], set()).add(pin["version"])
    return found


def asked_for(*, dev: bool) -> list[Requirement]:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + (extras["dev"] + extras["screening"] if dev else [])
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_versions_and_hashes_and_nothing_else(lock: str) -> None:
    lines = text_of(lock).splitlines()
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    unhashed = [
        line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if PIN.match(line) and not HASH.match(after)
    ]
    assert unhashed == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_meets_what_pyproject_asks_for(lock: str) -> None:
    locked = pins(lock)
    unmet = [
        str(wanted)
        for wanted in asked_for(dev=lock == "requirements-dev.lock")
        if not any(
            wanted.specifier.contains(version, prereleases=True)
            for version in locked.get(canonical(wanted.name), ())
        )
    ]
    assert unmet == [], f"`make lock` brings {lock} up to date"


def test_what_is_tested_is_what_runs() -> None:
    tested = pins("requirements-dev.lock")
    assert {n: v for n, v in pins("requirements.lock").items() if tested.get(n) != v} == {}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
