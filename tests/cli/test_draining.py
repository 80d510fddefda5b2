"""Draining: a process that is replaced takes no connection any more, and lets go of those that it has."""

import multiprocessing
import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from registry.cli.draining import Draining, is_listening, stop_listening


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"said"]


def headers_of(draining: Draining) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[..., Any]:
        sent.extend(headers)
        return lambda data: None

    assert list(draining({}, start)) == [b"said"]
    return sent


def test_every_reply_of_a_process_that_drains_closes_its_connection() -> None:
    draining = Draining(application)
    assert ("Connection", "close") not in headers_of(draining)
    # not `drain`, which would take the listening sockets of this very process
    draining._drains = True
    assert ("Connection", "close") in headers_of(draining)
    assert ("Content-Type", "text/plain") in headers_of(draining)


def test_whoever_waits_in_a_process_that_drains_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr("registry.cli.draining.stop_listening", lambda: told.append("deaf"))
    Draining(application, lambda: told.append("let go")).drain()
    assert told == ["let go", "deaf"]


def listen() -> socket.socket:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(60)
    return listening


def drain_here(shared: socket.socket, answers: Any) -> None:
    own_pipe, _ = os.pipe()
    accepting = is_listening(shared.fileno())
    stop_listening()
    shared.settimeout(0.2)
    try:
        shared.accept()
        accepted = True
    except TimeoutError:
        accepted = False
    answers.put((accepting, accepted, is_listening(own_pipe)))


def test_others_go_on_with_the_socket_that_a_draining_process_let_go_of() -> None:
    context = multiprocessing.get_context("spawn")
    with listen() as shared:
        answers = context.Queue()
        process = context.Process(target=drain_here, args=(shared, answers))
        process.start()
        # it waits in the shared socket before, while and after the other process lets go of it
        with socket.create_connection(shared.getsockname()):
            assert answers.get(timeout=60) == (True, False, False)
            process.join(60)
            assert process.exitcode == 0
            accepted, _ = shared.accept()
            accepted.close()


def test_what_does_not_listen_is_left_alone() -> None:
    with listen() as listening, socket.create_connection(listening.getsockname()) as connection:
        assert is_listening(listening.fileno())
        assert not is_listening(connection.fileno())
    assert not is_listening(987_654)
