"""Connections to addresses that were checked, under one deadline: the network backend of a fetch (httpcore2).

The name is resolved and every address checked before; here nothing is resolved again, so that a name which answers
differently the second time (rebinding) reaches nothing else. TLS still verifies the name.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore2
from httpcore2 import NetworkBackend, NetworkStream, SyncBackend

MOST_TRIED = 4
"""How many of a host's addresses are tried."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment (seconds of the monotonic clock) by which everything has to be over."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds until then, at least a hundredth. Raises: httpcore2.ReadTimeout once it is over."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for this look is over")
        return max(left, 0.01)


class PinnedBackend(NetworkBackend):
    """Connects to the given addresses, whatever host is asked for; `doors` says at which port of the machine."""

    def __init__(
        self, addresses: tuple[str, ...], doors: Mapping[int, int], deadline: Deadline
    ) -> None:
        self._addresses = addresses[:MOST_TRIED]
        self._doors = doors
        self._deadline = deadline
        self._sockets = SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 (it was resolved before)
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (the deadline decides, here and below)
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> NetworkStream:
        """Raises: httpcore2.ConnectError, ConnectTimeout, ReadTimeout."""
        failed: Exception = httpcore2.ConnectError("no address to connect to")
        for tried, address in enumerate(self._addresses):
            share = self._deadline.left() / (len(self._addresses) - tried)
            try:
                stream = self._sockets.connect_tcp(address, self._doors[port], timeout=share)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failed


class _TimedStream(NetworkStream):
    """A stream each of whose steps ends by the deadline, however slowly bytes drip."""

    def __init__(self, stream: NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
