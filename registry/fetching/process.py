"""The parent's side: starts the fetch process when something is asked, with nothing of its own environment; ends it.

A process that does not answer in time is killed and the next question starts another; what it was asked counts as
unreachable, never as seen.
"""

import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol

import msgspec

from registry.errors import Unavailable
from registry.fetching.limits import DIGEST_SECONDS, TEXT_SECONDS
from registry.fetching.lines import (
    LONGEST_LINE,
    Ask,
    Missed,
    Reply,
    TakeDigest,
    decode_reply,
    encode_line,
)

START_SECONDS: Final = 15.0
"""What a process may take to start, on top of what a look may take."""

ENVIRONMENT: Final = {"PATH": os.defpath, "LANG": "C.UTF-8"}
"""All that the process is given."""

OWN_COMMAND: Final = (sys.executable, "-E", "-s", "-m", "registry.fetching")

_ROOT = Path(__file__).resolve().parent.parent.parent


def start_process(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A process apart, with pipes to its input and output, and nothing of this one's environment.

    Raises: Unavailable.
    """
    try:
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd=_ROOT,
            bufsize=0,
        )
    except OSError as error:
        raise Unavailable("the process that looks at other sites does not start") from error


class Fetcher(Protocol):
    """Who looks at places for us."""

    def ask(self, ask: Ask) -> Reply:
        """Raises: Unavailable where it cannot look at all."""
        ...


class FetchProcess:
    """One fetch process at a time, started when first asked. Use it in a `with`."""

    def __init__(self, public_url: str, command: Sequence[str] | None = None) -> None:
        """`public_url` names this registry to the sites. `command` is another program that speaks the same lines: tests
        give one which knows servers on loopback."""
        self._command = (*(OWN_COMMAND if command is None else command), public_url)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "FetchProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, ask: Ask) -> Reply:
        """The reply to one question.

        Raises: Unavailable where no process can be started, or it ends with an error of its own.
        """
        process = self._started()
        seconds = DIGEST_SECONDS if isinstance(ask, TakeDigest) else TEXT_SECONDS
        try:
            line = self._exchange(process, encode_line(ask), seconds + START_SECONDS)
            return decode_reply(line)
        except (OSError, msgspec.DecodeError):
            line = b""
        except TimeoutError:
            line = None
        self.close()
        if line is None or (process.returncode or 0) < 0:
            return Missed("unreachable", "the look took more time or memory than it may")
        raise Unavailable(
            "the process that looks at other sites ended; see its messages, and try again"
        )

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = start_process(self._command)
        return self._process

    @staticmethod
    def _exchange(process: subprocess.Popen[bytes], line: bytes, seconds: float) -> bytes:
        """Writes a line and reads one. Raises: OSError, TimeoutError."""
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line)
        ends = time.monotonic() + seconds
        found = b""
        while not found.endswith(b"\n") and len(found) <= 2 * LONGEST_LINE:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                raise BrokenPipeError
            found += piece
        return found
