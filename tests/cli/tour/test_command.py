"""The tour as a whole: quick, plain where it is piped, and gone without a trace."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from rich.cells import cell_len

from tests.cli.conftest import Command
from tests.cli.tour.conftest import (
    LONGEST_SECONDS,
    NARROW,
    WIDE,
    Taken,
    running_in_group,
    take_tour,
)


def test_it_takes_less_than_a_minute(tour: Taken, tmp_path: Path) -> None:
    seconds = tour.seconds
    for again in range(2):  # the machine may have stood still, or been at something else
        if seconds >= LONGEST_SECONDS:
            seconds = take_tour(tmp_path / str(again), WIDE).seconds
    assert seconds < LONGEST_SECONDS
    assert re.search(r"^Done in \d+\.\d seconds$", tour.text, re.M)


def test_piped_it_is_plain_and_silent_on_the_error_stream(tour: Taken) -> None:
    assert "\x1b" not in tour.text
    assert tour.errors == ""


def test_it_says_that_what_is_declared_is_invented_and_waiting_is_shortened(tour: Taken) -> None:
    assert "What is declared about the works is invented for the tour" in tour.text
    assert "They wait 2 seconds here" in tour.text
    assert "in earnest it is 72 hours" in tour.text


def test_it_fits_a_terminal_of_a_hundred_and_ten_columns(tour: Taken) -> None:
    lines = [line for line in tour.text.splitlines() if str(tour.folder) not in line]
    assert max(cell_len(line) for line in lines) <= 110


def test_it_fits_eighty_columns_but_for_an_identifier_that_is_longer(
    tours: dict[int, Taken],
) -> None:
    wide = [line for line in tours[NARROW].text.splitlines() if cell_len(line) > 80]
    assert [line for line in wide if " " in line.strip()] == []


def test_the_scenes_are_numbered_in_order(tour: Taken) -> None:
    numbers = [int(found) for found in re.findall(r"^(\d+)  \S", tour.text, re.M)]
    assert numbers == list(range(1, 11))


def test_what_was_asked_to_be_kept_is_kept(tour: Taken) -> None:
    kept = {path.name for path in tour.folder.iterdir()}
    assert kept >= {"record.jwt", "record.tlog-proof", "checkpoint", "answer.json", "did.json"}
    for key in [*tour.folder.glob("*.key"), *tour.folder.glob("registry/keys/*")]:
        assert key.stat().st_mode & 0o077 == 0


def test_a_folder_with_something_in_it_is_left_alone(unprepared: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    error = unprepared("tour", "--keep", str(tmp_path), code=1).stderr
    assert "is not empty" in error
    assert "Your own registry was not touched." in error
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_terminated_in_the_middle_it_leaves_neither_server_nor_folder(tmp_path: Path) -> None:
    taken = subprocess.Popen(
        [sys.executable, "-u", "-m", "registry.cli", "tour"],
        env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert taken.stdout is not None
    with taken.stdout as printed:
        server = next(
            int(found[1]) for line in printed if (found := re.search(r"process (\d+), up", line))
        )
        os.kill(server, 0)
        taken.send_signal(signal.SIGTERM)
        printed.read()
    assert taken.wait(60) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
    assert running_in_group(server) == []
