"""`registry run`: what it prints works when it is pasted, once; Ctrl-C ends it; keys are private."""

import re
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import Command
from tests.cli.serving import Served, served
from tests.cli.test_curl import read_curl


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("run")) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False, timeout=60) as made:
        yield made


def printed_curl(server: Served) -> str:
    found = re.search(
        r"^curl -sS \S+/v1/verify.*?--data-binary [^\n]*", server.printed.read_text(), re.M | re.S
    )
    assert found is not None, server.printed.read_text()
    return found[0]


def test_the_printed_question_can_be_pasted_and_works_once(
    server: Served, client: httpx2.Client
) -> None:
    target, headers, body = read_curl(printed_curl(server))
    assert target == f"{server.url}/v1/verify"
    first = client.post(target, content=body, headers=headers)
    assert first.status_code == 200, first.text
    assert first.json()["results"][0]["decision"] == "unregistered"
    second = client.post(target, content=body, headers=headers)
    assert second.status_code == 401
    assert second.json()["code"] == "nonce-replayed"


def test_ask_makes_a_fresh_line_each_time(server: Served, client: httpx2.Client) -> None:
    for _ in range(2):
        line = server.command("ask", "--curl", "isrc:GBAYE0601498").stdout
        target, headers, body = read_curl(line)
        assert client.post(target, content=body, headers=headers).status_code == 200


def test_every_private_key_is_a_private_file(server: Served) -> None:
    keys = [*(server.folder / "keys").iterdir(), server.folder / "demo-platform.key"]
    assert len(keys) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}


def test_it_says_what_to_try_next_without_escape_codes(server: Served) -> None:
    text = server.printed.read_text()
    for words in (server.url, "tour", "rightsholders add", "tokens add", "Ctrl-C", "/docs"):
        assert words in text
    assert "\x1b" not in text
    assert "WARNING" not in text


def test_an_address_that_is_taken_is_said_calmly(unprepared: Command) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        unprepared.env["REGISTRY_PORT"] = str(holder.getsockname()[1])
        (line,) = unprepared("run", code=1).stderr.splitlines()
    assert "cannot be served on" in line
    assert line.endswith("Nothing is served.")


def test_ctrl_c_ends_it_cleanly_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with served(tmp_path) as first:
        key = (first.folder / "demo-platform.key").read_bytes()
        assert first.interrupt() == 0
        text = first.printed.read_text()
        assert text.endswith("Stopped.\n")
        assert "Traceback" not in text
    with served(tmp_path) as second:
        assert (second.folder / "demo-platform.key").read_bytes() == key
        assert second.command("ask", "isrc:GBAYE0601498").exit_code == 4
