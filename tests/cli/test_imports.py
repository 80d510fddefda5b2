"""`registry import`: a catalogue from a file; killed and called again it goes on."""

import json
import os
import signal
import subprocess
import sys

import pytest

from registry.storage.imports import Import, ImportState
from registry.worker.imports import run_import
from tests.cli.conftest import Command
from tests.faults.processes import wait_until

TEXT = "Song;ISRC;EAN;Other\nNight;GBAYE0601498;5099749534728;\nDay;GB;;\n"


@pytest.fixture
def holder(command: Command) -> str:
    return str(command.json("rightsholders", "add", "A label")["rightsholder"])


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "works.csv"
    path.write_text(TEXT)
    return str(path)


def test_it_shows_what_it_recognised_and_what_it_did(command: Command, holder, catalogue, tmp_path):
    rejected = tmp_path / "rejected.csv"
    said = command(
        "import",
        catalogue,
        "--rightsholder",
        holder,
        "--preset",
        "no-ai",
        "--rejected",
        str(rejected),
        code=3,
    ).stdout
    assert "works.csv: CSV" in said
    assert [
        line.split()[:3] for line in said.splitlines() if line.startswith(("Song", "ISRC"))
    ] == [
        ["Song", "title", "name"],
        ["ISRC", "isrc", "name"],
    ]
    assert "registered  2" in said
    assert "3,ISRC,length" in rejected.read_text("utf-8-sig")
    words = ("import", catalogue, "--rightsholder", holder, "--preset", "no-ai")
    again = command.json(*words, code=3)
    assert (again["registered"], again["unchanged"], again["declared"]) == (0, 2, 0)


def test_a_dry_run_registers_nothing_and_a_mapping_is_taken_at_its_word(
    command: Command, holder, catalogue
):
    given = (
        "import",
        catalogue,
        "--rightsholder",
        holder,
        "--map",
        "Other=title",
        "--map",
        "Song=",
    )
    tried = command.json(*given, "--dry-run", code=3)
    assert (tried["rows"], tried["rejected"], tried["registered"]) == (2, 2, 0)
    tried = command.json(
        "import", catalogue, "--rightsholder", holder, "--dry-run", "--kind", "video", code=3
    )
    assert (tried["registered"], tried["dry_run"]) == (2, True)
    assert command.json("claims", "list", "--rightsholder", holder) == []
    assert command("import", catalogue, "--rightsholder", holder, "--map", "Other=song", code=2)


def test_a_file_of_which_rows_were_not_taken_or_that_has_none_is_no_success(
    command: Command, holder, tmp_path
):
    path = tmp_path / "works.csv"
    for rows, nothing in (("", True), ("A,GB\n", True), ("A,GB\nB,GBAYE0601498\n", False)):
        path.write_text(f"Title,ISRC\n{rows}")
        said = command("import", str(path), "--rightsholder", holder, code=3).stdout
        assert ("nothing is registered or declared" in said) is nothing
    path.write_text("Title,ISRC\nB,GBAYE0601498\n")
    command("import", str(path), "--rightsholder", holder)


def test_a_file_that_cannot_be_read_ends_calmly(command: Command, holder, tmp_path):
    path = tmp_path / "broken.xml"
    path.write_text("<html/>")
    refused = command("import", str(path), "--rightsholder", holder, code=1)
    assert refused.stderr.startswith("registry: this is html, not a NewReleaseMessage")
    path.write_text("Song,Code\n" + "A,GBAYE0601498\n" * 500 + '"' + "x" * 200_000)
    failed = command("import", str(path), "--rightsholder", holder, code=1)
    assert "trouble" in failed.stdout


def the_import(command: Command) -> Import:
    registry = command.open()
    with registry.reading() as uow:
        ((holder,),) = uow.connection.exec_driver_sql("SELECT DISTINCT rightsholder FROM imports")
        (found,) = uow.imports.of(holder)
    registry.close()
    return found


@pytest.mark.faults
def test_killed_in_the_middle_it_goes_on_and_registers_each_work_once(
    command: Command, holder, tmp_path
):
    path = tmp_path / "many.csv"
    path.write_text("Title,ISRC\n" + "".join(f"T,GBAYE06{n:05d}\n" for n in range(3_000)))
    words = [sys.executable, "-m", "registry.cli", "import", str(path), "--rightsholder", holder]
    process = subprocess.Popen(words, env={**os.environ, **command.env}, stdout=subprocess.DEVNULL)
    registry = command.open()

    def has_begun() -> bool:
        assert process.poll() is None
        # in the line of writers, so that however long we were not looking it is not over before our turn comes
        with registry.bookkeeping() as uow:
            (begun,) = uow.connection.exec_driver_sql(
                "SELECT count(*) FROM imports WHERE position > 0"
            )
        return bool(begun[0])

    wait_until(has_begun, "it is in the middle")
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = the_import(command)
    assert found.state is ImportState.REGISTERING
    assert 0 < found.position < 3_000
    with registry.reading() as uow:
        job = uow.jobs.of("import", found.id)
    assert job is not None
    run_import(registry, job)  # as the worker does when the job's lease is over
    found = the_import(command)
    assert (found.state, found.registered, found.unchanged) == (ImportState.DONE, 3_000, 0)
    registry.close()
    assert json.loads(command("fsck", "--json").stdout)["wrong"] is None
