"""Turns of the writers of one SQLite file: first come, first served, so that a flood starves nobody.

SQLite alone lets writers poll for its lock, and who polls at the right moment wins. Here the threads of one
process wait in line, and the first of each process takes part in a line between processes: whoever stands
first there holds the place `-queue` until it has the place `-writer`, so the one that just wrote cannot
overtake it. Between processes the order is nearly, within one exactly, that of arrival. The locks are the
kernel's (flock), and end with the process that holds them.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from registry.errors import Unavailable

MOST_WAITING = 256
"""Writers in line in one process; whoever comes then is told to come back."""

_LOOK_SECONDS = 0.001
"""How often the first of this process looks whether another process is done."""


@cache
def turns_of(path: str) -> "Turns":
    """The line of writers of the store at this path, one in a process."""
    return Turns(path)


class Turns:
    """One line of writers."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """This writer's turn, waited for `patience` seconds at most.

        Raises: Unavailable where the line is too long, or did not move on in time.
        """
        until = time.monotonic() + patience
        self._wait_in_line(patience)
        try:
            held = self._held_by_this_process(until)
            try:
                yield
            finally:
                _give_up(held)
        finally:
            self._next_please()

    def _wait_in_line(self, patience: float) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            if len(self._waiting) >= MOST_WAITING:
                raise _too_many()
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(patience):
            return
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise _too_many()
        # the turn came in the very moment in which patience ended

    def _next_please(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False

    def _held_by_this_process(self, until: float) -> int:
        first = _locked(f"{self._path}-queue", until)
        try:
            return _locked(f"{self._path}-writer", until)
        finally:
            _give_up(first)


def _locked(path: str, until: float) -> int:
    """A descriptor that holds the lock of this file. Raises: Unavailable."""
    try:
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(
            "the place of the store cannot be written to; nothing was acknowledged, ask again"
        ) from error
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return held
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(held)
                raise _too_many() from None
            time.sleep(_LOOK_SECONDS)
        except BaseException:
            os.close(held)
            raise


def _give_up(held: int) -> None:
    # said, not only closed: a process that was forked meanwhile has the same file open
    fcntl.flock(held, fcntl.LOCK_UN)
    os.close(held)


def _too_many() -> Unavailable:
    return Unavailable("too many are writing at this moment; nothing was acknowledged, ask again")
