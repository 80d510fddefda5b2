"""Disks that are full: a small one of memory, mounted for the test, or a limit on how long any file may grow."""

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

MEBIBYTE: Final = 1 << 20
MOUNTED_MEBIBYTES: Final = 96
"""More than the registry wants to see free before it calls itself ready."""


@contextmanager
def small_disk(folder: Path, mebibytes: int = MOUNTED_MEBIBYTES) -> Iterator[Path]:
    """A folder on a disk of its own. Skips where nobody may mount."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", str(folder)],
        check=False,
        capture_output=True,
    )
    if done.returncode != 0:
        pytest.skip("no small disk (mount is not allowed); to have it: run the tests as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Takes every byte that is free."""
    with (disk / "ballast").open("ab", buffering=0) as ballast:
        for size in (MEBIBYTE, 4096, 1):
            while True:
                try:
                    if ballast.write(bytes(size)) < size:
                        break
                except OSError:
                    break


def make_room(disk: Path) -> None:
    (disk / "ballast").unlink()


def limit_files(pids: Callable[[], list[int]], size: int) -> None:
    """No file of these processes may grow over so many bytes from now on (EFBIG)."""
    for pid in pids():
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def lift_limit(pids: Callable[[], list[int]]) -> None:
    limit_files(pids, resource.RLIM_INFINITY)
