"""The parent's side of posting: one process for all threads of this one, started when something is to be sent.

A process that dies, or does not answer in time, is replaced; what it was sending counts as not sent, though it may have
arrived: whoever asked sends it again.
"""

import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from io import BufferedReader, RawIOBase
from types import TracebackType
from typing import Final, Protocol, cast

import msgspec

from registry.fetching.limits import POST_SECONDS
from registry.fetching.lines import LONGEST_LINE, Post, Posted, decode_posted, encode_line
from registry.fetching.process import OWN_COMMAND, START_SECONDS, start_process

MOST_POSTS: Final = 1_000
"""After so many the process is replaced, well before its processor time is used up (`limits.CPU_SECONDS`)."""
_GONE: Final = Posted(0, 0, words="the post took more time or memory than it may")


class Poster(Protocol):
    """Who sends things for us."""

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Posted:
        """Raises: Unavailable where it cannot send at all."""
        ...


class PostProcess:
    """Sends for any number of threads. Use it in a `with`."""

    def __init__(self, public_url: str, command: Sequence[str] | None = None) -> None:
        """`public_url` names this registry to the sites. `command` is another program that speaks the same lines: tests
        give one which knows servers on loopback."""
        self._command = (*(OWN_COMMAND if command is None else command), public_url, "posts")
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def __enter__(self) -> "PostProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Posted:
        """Sends a body to an https URL, and waits for what comes of it: status 0 and words where nothing does.

        Raises: Unavailable where no process can be started.
        """
        with self._lock:
            running = self._running
            if running is None or not running.is_good:
                running = self._running = _Running(start_process(self._command))
            reply = running.send(url, headers, body)
        try:
            return reply.result(POST_SECONDS + START_SECONDS)
        except FutureTimeoutError:
            running.end()
            return _GONE

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            if self._running is not None:
                self._running.end()
            self._running = None


class _Running:
    """One process, and who waits for its replies."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[Posted]] = {}
        self._sent = 0
        self._ended = False
        threading.Thread(target=self._read, name="posts", daemon=True).start()

    @property
    def is_good(self) -> bool:
        """Does it take another post? One that has had enough ends when the last reply is there."""
        return not self._ended and self._sent < MOST_POSTS

    def send(self, url: str, headers: dict[str, str], body: bytes) -> Future[Posted]:
        """Hands over a post; what comes of it is in the future."""
        reply: Future[Posted] = Future()
        with self._lock:
            self._sent += 1
            number = self._sent
            if self._ended:
                reply.set_result(_GONE)
                return reply
            self._waiting[number] = reply
        line = encode_line(Post(number, url, tuple(headers.items()), body))
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(line)
        except OSError:
            self.end()
        return reply

    def end(self) -> None:
        """Kills the process: whoever waits learns that nothing came of it."""
        self._process.kill()

    def _read(self) -> None:
        """Gives replies to those who wait for them, until the process ends."""
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        replies = BufferedReader(cast(RawIOBase, self._process.stdout))
        with replies, self._process.stdin:
            try:
                while line := replies.readline(LONGEST_LINE):
                    self._give(decode_posted(line))
                    if not self.is_good and not self._waiting:
                        break
            except (OSError, msgspec.DecodeError):
                pass
        self._process.kill()
        self._process.wait()
        with self._lock:
            self._ended = True
            left = list(self._waiting.values())
            self._waiting.clear()
        for reply in left:
            reply.set_result(_GONE)

    def _give(self, posted: Posted) -> None:
        with self._lock:
            reply = self._waiting.pop(posted.number, None)
        if reply is not None:
            reply.set_result(posted)
