"""Whoever waits for the log to grow learns of a release, and of nothing else."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from registry.storage.head_file import Head, HeadFile
from registry.storage.head_watch import HeadWatch


def head(size: int) -> Head:
    return Head(size, bytes([size]) * 32, size)


def watchers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "head-watch"]


def test_everybody_who_waits_is_told_of_a_release_by_one_thread(tmp_path: Path) -> None:
    file, watch = HeadFile(tmp_path / "head"), HeadWatch(tmp_path / "head")
    file.release(head(1))
    mark, others = watch.mark(), set(watchers())
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(watch.wait, mark, 120) for _ in range(8)]
        while watch._waiting < 8:
            time.sleep(0.01)
        assert len(set(watchers()) - others) == 1
        began = time.monotonic()
        HeadFile(tmp_path / "head").release(head(2))  # as another process does
        assert all(each.result() for each in told)
    assert time.monotonic() - began < 60, "they waited for their time to be over"


def test_what_was_released_between_the_mark_and_the_wait_is_not_missed(tmp_path: Path) -> None:
    file, watch = HeadFile(tmp_path / "head"), HeadWatch(tmp_path / "head")
    before = watch.mark()
    file.release(head(1))
    assert watch.wait(before, 20)
    mark = watch.mark()
    file.overwrite(head(3))  # another file in its place
    assert watch.wait(mark, 20)


def test_without_a_release_the_wait_ends_with_its_time_and_the_thread_with_the_wait(
    tmp_path: Path,
) -> None:
    file, watch = HeadFile(tmp_path / "head"), HeadWatch(tmp_path / "head")
    file.release(head(1))
    assert not watch.wait(watch.mark(), 0.2)
    for thread in watchers():
        thread.join(60)
    assert watchers() == []


def test_whoever_is_let_go_waits_no_more(tmp_path: Path) -> None:
    watch = HeadWatch(tmp_path / "head")
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(watch.wait, watch.mark(), 120)
        while not watch._waiting:
            time.sleep(0.01)
        watch.let_go()
        assert waits.result(timeout=60) is False
    assert watch.wait(watch.mark(), 60) is False
