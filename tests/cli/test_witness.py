"""`registry witness`: made once, served as a process of its own, and its book outlives a kill."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner, Result

from registry.cli.main import main
from registry.signing.note import verify_note
from tests.witness.logs import SmallLog


def call(*words: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["witness", *map(str, words)])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def log() -> SmallLog:
    return SmallLog().grow(40)


@pytest.fixture
def folder(tmp_path: Path, log: SmallLog) -> Path:
    call("new", tmp_path / "w", "--name", "w.example", "--log", log.vkey)
    return tmp_path / "w"


def begun(folder: Path) -> "tuple[subprocess.Popen[str], str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "registry.cli", "witness", "serve", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONUNBUFFERED": "1", "PATH": ""},
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(3)]
    found = re.search(r"http://\S+", said[1])
    assert found, said
    return process, found[0]


def test_it_cosigns_and_after_a_kill_goes_on_where_it_was(folder: Path, log: SmallLog) -> None:
    vkey = call("show", folder).stdout.split()[4]
    process, url = begun(folder)
    try:
        reply = httpx2.post(url, content=log.request(0, 20))
        assert verify_note(log.note(20) + reply.text, [vkey]).signed_by == ("w.example",)
        assert call("serve", folder, code=1).stderr.startswith("registry: another process has")
    finally:
        process.kill()
        process.communicate()
    assert "log.example/log  20" in call("show", folder).stdout
    process, url = begun(folder)
    try:
        assert httpx2.post(url, content=log.request(0, 40)).text == "20\n"
        fork = SmallLog(signer=log.signer, salt="other").grow(40)
        assert httpx2.post(url, content=fork.request(20, 40)).status_code == 422
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()


def test_what_it_needs_is_asked_for_in_words(folder: Path, log: SmallLog, tmp_path: Path) -> None:
    call("new", folder, "--name", "w.example", "--log", log.vkey, code=1)
    assert (
        "spaces" in call("new", tmp_path / "x", "--name", "a b", "--log", log.vkey, code=1).stderr
    )
    assert "verifier key" in call("new", tmp_path / "x", "--name", "a", "--log", "?", code=1).stderr
    assert not (tmp_path / "x").exists()
    assert "registry witness new" in call("serve", tmp_path / "x", code=1).stderr
    (folder / "logs").write_text("# none\n")
    assert "says nothing" in call("serve", folder, code=1).stderr
    (folder / "book.json").unlink()
    assert "no witness's book" in call("serve", folder, code=1).stderr
