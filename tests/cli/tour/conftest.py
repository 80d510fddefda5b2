"""The tour, taken once as a visitor takes it: in a process of its own, its output piped."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """What it printed, how long it took, and the folder that it was asked to keep."""

    text: str
    errors: str
    seconds: float
    folder: Path

    def scene(self, words: str) -> str:
        """The text of the scene whose heading holds these words."""
        (found,) = [
            part for part in self.text.split("\n\n") if words in part.lstrip("\n").splitlines()[0]
        ]
        return found


def running_in_group(group: int) -> list[int]:
    """The processes of a process group that run; a dead one that nobody collected does not."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue  # ended while we looked
        if int(its_group) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


WIDE, NARROW = 110, 80


@pytest.fixture(scope="session")
def tours(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Taken]:
    """Columns → the tour. Both at once, since each waits most of its time."""
    folder = tmp_path_factory.mktemp("tours")
    with ThreadPoolExecutor() as at_once:
        taken = {
            columns: at_once.submit(take_tour, folder / str(columns), columns)
            for columns in (WIDE, NARROW)
        }
        return {columns: each.result() for columns, each in taken.items()}


@pytest.fixture(scope="session")
def tour(tours: dict[int, Taken]) -> Taken:
    return tours[WIDE]


def take_tour(folder: Path, columns: int) -> Taken:
    """The tour, piped, for a screen of this width."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "registry.cli", "tour", "--keep", str(folder)],
        env={**os.environ, "COLUMNS": str(columns)},
        capture_output=True, text=True, timeout=6 * LONGEST_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Taken(done.stdout, done.stderr, time.monotonic() - began, folder)
