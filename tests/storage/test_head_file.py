"""The second place of the log's head: what was released is never forgotten, whatever is torn or killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from registry.errors import LogRefuses, Unavailable
from registry.storage import head_file
from registry.storage.head_file import Head, HeadFile
from tests.parallel import PROCESSES, in_processes


def head(size: int, mark: int = 0) -> Head:
    return Head(size, bytes([mark]) * 32, 1_790_000_000_000 + size)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "other disk" / "log-head"


def test_before_the_first_release_there_is_no_head(path: Path) -> None:
    assert HeadFile(path).read() is None


def test_the_newest_head_is_read_back_by_anybody(path: Path) -> None:
    file = HeadFile(path)
    for size in (1, 5, 9):
        file.release(head(size))
        assert HeadFile(path).read() == head(size)


def test_an_older_head_changes_nothing(path: Path) -> None:
    HeadFile(path).release(head(9))
    HeadFile(path).release(head(5))
    assert HeadFile(path).read() == head(9)


def test_another_head_of_the_same_size_is_a_fork_and_refused(path: Path) -> None:
    HeadFile(path).release(head(9))
    with pytest.raises(LogRefuses, match="forked"):
        HeadFile(path).release(head(9, mark=1))
    assert HeadFile(path).read() == head(9)


def test_a_fork_is_refused_by_the_writer_who_released_the_first_too(path: Path) -> None:
    file = HeadFile(path)
    file.release(head(9))
    with pytest.raises(LogRefuses, match="forked"):
        file.release(head(9, mark=1))


@pytest.mark.parametrize("cut", range(1, len(head(10).line())))
def test_a_torn_last_line_counts_for_nothing_and_swallows_nothing(path: Path, cut: int) -> None:
    HeadFile(path).release(head(9))
    with path.open("ab") as file:
        file.write(head(10).line()[:-cut])
    assert HeadFile(path).read() == head(9)
    HeadFile(path).release(head(11))
    assert HeadFile(path).read() == head(11)


def test_a_file_of_rubbish_alone_is_no_missing_file(path: Path) -> None:
    """What was released is unknown then, and nobody may go on as if nothing had been."""
    path.parent.mkdir()
    path.write_bytes(os.urandom(9000))
    with pytest.raises(LogRefuses, match="nothing that can be read"):
        HeadFile(path).read()
    with pytest.raises(LogRefuses):
        HeadFile(path).release(head(3))
    HeadFile(path).overwrite(head(3))
    assert HeadFile(path).read() == head(3)


def test_a_line_cut_by_the_window_of_reading_is_not_taken_for_a_head(path: Path) -> None:
    path.parent.mkdir()
    line = head(1234567).line()
    rubbish = b"x" * (head_file._TAIL_BYTES - len(line) + 3 - 1) + b"\n"
    path.write_bytes(line + rubbish)
    with pytest.raises(LogRefuses):
        HeadFile(path).read()


def test_a_file_that_grew_over_a_megabyte_is_made_small_and_keeps_its_head(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(head(7).line() * (head_file._COMPACT_BYTES // len(head(7).line()) + 1))
    HeadFile(path).release(head(8))
    assert path.stat().st_size == len(head(8).line())
    assert HeadFile(path).read() == head(8)


def test_an_operator_may_put_an_older_head_and_others_go_on_from_it(path: Path) -> None:
    running = HeadFile(path)
    running.release(head(9))
    HeadFile(path).overwrite(head(4))
    assert running.read() == head(4)
    running.release(head(6))
    assert HeadFile(path).read() == head(6)


def test_a_file_that_was_deleted_under_a_running_writer_is_written_anew(path: Path) -> None:
    file = HeadFile(path)
    file.release(head(9))
    path.unlink()
    file.release(head(9))
    assert HeadFile(path).read() == head(9)


def test_a_place_that_cannot_be_written_is_unavailable_and_says_so(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Unavailable, match="nothing was acknowledged"):
        HeadFile(path).release(head(1))
    with pytest.raises(Unavailable):
        HeadFile(path).read()


def test_a_full_disk_releases_nothing() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match="No space"):
            head_file._write(descriptor, head(1).line())
    finally:
        os.close(descriptor)


def release_many(path: str, first: int, step: int, mark: int) -> bool:
    file = HeadFile(Path(path))
    for size in range(first, 600, step):
        file.release(head(size, mark))
        found = file.read()
        if found is None or found.size < size:
            return False
    return True


def test_two_processes_never_read_less_than_what_they_released(
    path: Path,
) -> None:
    path.parent.mkdir()
    # so that compaction comes in the middle of it
    filler = head(0).line()
    path.write_bytes(filler * ((head_file._COMPACT_BYTES - 5_000) // len(filler)))
    arguments = [(str(path), n + 1, PROCESSES, 0) for n in range(PROCESSES)]
    assert all(in_processes(release_many, arguments))
    newest = HeadFile(path).read()
    assert newest is not None
    assert newest.size == 599


KILLED = """
import sys
from pathlib import Path
from registry.storage import head_file
from registry.storage.head_file import Head, HeadFile
head_file._COMPACT_BYTES = 2000
file = HeadFile(Path(sys.argv[1]))
size = int(sys.argv[2])
while True:
    file.release(Head(size, bytes(32), size))
    print(size, flush=True)
    size += 1
"""


def test_what_was_released_before_a_kill_is_read_after_it(path: Path) -> None:
    last = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path), str(last + 1)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            for _ in range(60):
                last = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            for line in process.stdout:
                if line.endswith(b"\n"):
                    last = int(line)
        found = HeadFile(path).read()
        assert found is not None
        assert found.size >= last
        last = found.size
