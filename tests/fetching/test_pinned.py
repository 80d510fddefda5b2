"""A connection goes where it was pinned to, whatever name is asked for, and every step of it has its time."""

import socket
import time
from dataclasses import dataclass
from typing import cast

import httpcore2
import pytest

from registry.fetching.pinned import Deadline, PinnedBackend


@pytest.fixture
def silent() -> "socket.socket":
    server = socket.create_server(("127.0.0.2", 0))
    yield server  # type: ignore[misc]
    server.close()


def test_the_name_is_not_resolved_again(silent: socket.socket) -> None:
    doors = {443: silent.getsockname()[1]}
    backend = PinnedBackend(("127.0.0.2",), doors, Deadline.after(60))
    stream = backend.connect_tcp("nobody.invalid", 443)
    assert stream.get_extra_info("server_addr") == silent.getsockname()
    stream.close()


def test_a_port_without_a_door_is_not_connected_to(silent: socket.socket) -> None:
    backend = PinnedBackend(("127.0.0.2",), {443: silent.getsockname()[1]}, Deadline.after(60))
    with pytest.raises(KeyError):
        backend.connect_tcp("a.example", silent.getsockname()[1])


def test_nothing_to_connect_to_is_an_error() -> None:
    with pytest.raises(httpcore2.ConnectError):
        PinnedBackend((), {443: 443}, Deadline.after(60)).connect_tcp("a.example", 443)


@dataclass(frozen=True, slots=True)
class LaterAnother:
    """A deadline that is put forward once the connection is there, however long that took."""

    deadlines: list[Deadline]

    def left(self) -> float:
        return self.deadlines[-1].left()


def test_a_read_ends_with_the_deadline_whatever_its_own_timeout_says(silent: socket.socket) -> None:
    doors = {443: silent.getsockname()[1]}
    deadline = LaterAnother([Deadline.after(60)])
    backend = PinnedBackend(("127.0.0.2",), doors, cast(Deadline, deadline))
    stream = backend.connect_tcp("a.example", 443)
    deadline.deadlines.append(Deadline.after(0.3))
    began = time.monotonic()
    with pytest.raises(httpcore2.ReadTimeout):
        stream.read(10, timeout=60)
    with pytest.raises(httpcore2.ReadTimeout):
        stream.write(b"x", timeout=60)
    assert time.monotonic() - began < 50
    stream.close()
