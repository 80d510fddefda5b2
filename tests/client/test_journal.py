"""The journal: durable lines in a chain, one writer at a time, and nothing removed, whatever crashed."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.client.journal import GENESIS, Journal
from registry.client.published import PublishedKeys
from registry.client.replay import Replay, replay
from registry.errors import Unavailable, VerificationFailed

NO_KEYS = PublishedKeys({}, None)
WRITER = """
import sys
from pathlib import Path
from registry.client.journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    print(journal.append("unanswered", {"gate": f"{sys.argv[3]}-{number}", "team": "t", "purpose": "p"}), flush=True)
"""


def note(journal: Journal, gate: str = "g") -> int:
    return journal.append("unanswered", {"gate": gate, "team": "t", "purpose": "p"})


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def checked(path: Path) -> Replay:
    found = replay(path, NO_KEYS)
    assert found.holds, found.problems
    return found


def test_each_line_is_bound_to_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    assert [note(Journal(path)) for _ in range(3)] == [1, 2, 3]
    lines = path.read_bytes().splitlines()
    previous = [json.loads(line)["previous"] for line in lines]
    assert previous == [GENESIS, *(hashlib.sha256(line).hexdigest() for line in lines[:-1])]
    assert path.stat().st_mode & 0o777 == 0o600
    assert checked(path).head == hashlib.sha256(lines[-1]).hexdigest()


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_a_line_that_was_changed_or_taken_out_is_found(tmp_path: Path, changed: int) -> None:
    path = tmp_path / "journal"
    for gate in "abc":
        note(Journal(path), gate)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:changed] + lines[changed + 1 :]))
    assert not replay(path, NO_KEYS).holds
    lines[changed] = lines[changed].replace(b"T", b"t", 1)
    path.write_bytes(b"".join(lines))
    assert not replay(path, NO_KEYS).holds


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 400), min_size=1, max_size=3))
def test_wherever_a_write_was_torn_the_next_writer_says_so_and_removes_nothing(
    tmp_path: Path, cuts: list[int]
) -> None:
    path = tmp_path / "journal"
    path.unlink(missing_ok=True)
    note(Journal(path))
    for cut in cuts:
        before = path.read_bytes()
        note(Journal(path))
        whole = path.read_bytes()
        torn = whole[: len(before) + min(cut, len(whole) - len(before) - 1)]
        path.write_bytes(torn)
        replay(path, NO_KEYS)
        note(Journal(path))
        assert path.read_bytes().startswith(torn)
        assert checked(path).torn == 0


def test_a_first_line_that_was_torn_is_recovered(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"seq":0,"at')
    note(Journal(path))
    assert checked(path).recovered == 1


def test_an_entry_that_lacks_only_its_end_still_counts(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    note(Journal(path))
    path.write_bytes(path.read_bytes()[:-1])
    assert checked(path).lines == 2
    note(Journal(path))
    assert [each["event"] for each in entries(path)] == ["opened", "unanswered", "unanswered"]


def test_nothing_is_added_to_what_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"something else\n" * 40)
    with pytest.raises(VerificationFailed, match="nothing is added"):
        note(Journal(path))
    with pytest.raises(Unavailable, match="nothing may go on"):
        note(Journal(tmp_path / "absent" / "journal"))


def test_threads_and_processes_write_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), "20", name], stdout=subprocess.PIPE
        )
        for name in "ab"
    ]
    threads = [
        threading.Thread(target=lambda: [note(Journal(path)) for _ in range(20)]) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.communicate()[0] is not None and process.wait() for process in processes] == [
        0,
        0,
    ]
    assert checked(path).lines == 81


def test_what_was_acknowledged_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), "100000", "k"], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(30)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout.read().split()]
    writer.stdout.close()
    writer.wait()
    note(Journal(path))
    checked(path)
    written = {entry["seq"] for entry in entries(path) if "seq" in entry}
    assert set(acknowledged) <= written
