"""The process bounds itself: what it must not take, it does not get."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BOUND = "from registry.fetching.limits import limit_this_process; limit_this_process()\n"


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n" + BOUND + code],
        cwd=folder, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("x = bytearray(2**30)", "MemoryError"),
        ("f = [os.open('/dev/null', os.O_RDONLY) for _ in range(64)]", "Too many open files"),
    ],
)
def test_more_memory_or_files_than_allowed_are_refused(
    code: str, error: str, tmp_path: Path
) -> None:
    assert error in run(code, tmp_path).stderr


def test_no_byte_is_written_to_a_file(tmp_path: Path) -> None:
    run("open('x', 'w').write('y' * 10_000)", tmp_path)
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0


def test_what_is_bounded_still_works(tmp_path: Path) -> None:
    done = run(
        "from registry.fetching.looking import Reach; Reach(agent='x'); print('here')", tmp_path
    )
    assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr


def test_limits_can_be_set_twice_and_are_never_raised(tmp_path: Path) -> None:
    code = "import resource; limit_this_process(); print(resource.getrlimit(resource.RLIMIT_CPU))"
    assert run(code, tmp_path).stdout == "(60, 60)\n"
