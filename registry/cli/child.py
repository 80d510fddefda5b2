"""A child process that is kept running: started again when it ends by itself, later each time if it does not last."""

import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from registry.logs import Log

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
LASTED_SECONDS: Final = 60.0
"""Whoever ran for so long has begun well: the next pause is a short one again."""
END_SECONDS: Final = 12
"""How long it may take to end, from when it is told to, before it is killed."""


@dataclass(slots=True)
class Child:
    """One child process, and the thread that looks after it. `first_pause` in seconds."""

    command: Sequence[str]
    log: Log
    first_pause: float = FIRST_PAUSE_SECONDS
    _process: "subprocess.Popen[bytes] | None" = None
    _ended: threading.Event = field(default_factory=threading.Event)
    _replaced: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _end_by: float | None = None

    def start(self) -> None:
        """Starts it, and keeps it running from now on."""
        self._thread = threading.Thread(target=self._keep, name="child", daemon=True)
        self._thread.start()

    def replace(self) -> None:
        """Lets it end, and starts it anew at once."""
        self._replaced.set()
        self._tell_to_end()

    def end(self) -> None:
        """Tells it to end, and does not wait for it."""
        self._ended.set()
        if self._end_by is None:
            self._end_by = time.monotonic() + END_SECONDS
        self._tell_to_end()

    def stop(self) -> None:
        """Lets it end, and kills it END_SECONDS after it was told to. Returns when it is gone."""
        self.end()
        if self._thread is not None and self._end_by is not None:
            self._thread.join(max(self._end_by - time.monotonic(), 0.0))
            if self._process is not None:
                self._process.kill()
            self._thread.join()

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return None if self._process is None else self._process.pid

    def _tell_to_end(self) -> None:
        process = self._process
        if process is not None:
            process.terminate()

    def _keep(self) -> None:
        pause = self.first_pause
        while not self._ended.is_set():
            begun = time.monotonic()
            self._replaced.clear()
            code = self._run()
            if self._ended.is_set():
                return
            if self._replaced.is_set():
                continue
            if time.monotonic() - begun >= LASTED_SECONDS:
                pause = self.first_pause
            self.log.error("child process ended by itself", code=code, again_in_seconds=pause)
            self._ended.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _run(self) -> int | None:
        """Runs it once. Returns its exit code (None: it could not be started)."""
        try:
            # a process group of its own: Ctrl-C at a terminal is for us, and we tell it when to end
            self._process = subprocess.Popen(  # noqa: S603 -- ours, from `server`
                self.command, stdin=subprocess.DEVNULL, process_group=0
            )
        except OSError:
            return None
        if self._ended.is_set() or self._replaced.is_set():  # said before there was anything to end
            self._tell_to_end()
        code = self._process.wait()
        self._process = None
        return code
