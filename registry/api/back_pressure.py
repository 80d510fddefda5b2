"""Writes are shed before reads: of all who write, only so many are let in at once, and of each client fewer.

Whoever is let in waits for their turn in the order of arrival (storage.turns; PostgreSQL's lock queue). With more
threads in the server than writes let in, there is always one that can answer a question. Two threads of a process
are never given to whoever sends a body, so that slow senders cannot keep out those who only ask.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from registry.errors import Unavailable

RETRY_SECONDS = 2
THREADS_WITHOUT_BODIES = 2


class OverloadedError(Unavailable):
    """Too much at once; `headers` say when to ask again."""

    code = "overloaded"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(RETRY_SECONDS)}


class BodyGate:
    """How many bodies are read at once in this process, of `threads` threads."""

    def __init__(self, threads: int) -> None:
        # a semaphore that never waits, at a tenth of its cost: list.pop and list.append are atomic
        self.places = [None] * max(1, threads - THREADS_WITHOUT_BODIES)


class GatedBody(msgspec.Struct):
    """A request's body (`wsgi.input`, PEP 3333) that is read through the gate."""

    gate: BodyGate
    stream: Any

    def read(self, *size: int) -> bytes:
        """Raises: OverloadedError where too many are sending theirs."""
        places = self.gate.places
        try:
            place = places.pop()
        except IndexError:
            raise OverloadedError(
                "too many are sending at this moment, slowly; nothing was read, ask again"
            ) from None
        try:
            read: bytes = self.stream.read(*size)
            return read
        finally:
            places.append(place)


class WriteGate:
    """How many write at once in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_of_one = max(1, most // 2)
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()

    @contextmanager
    def admitted(self, client: str) -> Iterator[None]:
        """Lets a write of this client in. Never waits. Raises: OverloadedError."""
        with self._lock:
            if self._inside[client] >= self._most_of_one:
                raise OverloadedError(
                    f"{self._most_of_one} writes of yours are under way; wait until they are answered"
                )
            if self._inside.total() >= self._most:
                raise OverloadedError(
                    "too many are writing at this moment; nothing was done, ask again"
                )
            self._inside[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside[client] -= 1
                if not self._inside[client]:
                    del self._inside[client]
