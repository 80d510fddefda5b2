"""`registry monitor` against a published copy on a plain file server: what holds, what is wrong, what is told."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from registry.cli.main import main
from tests.cli.conftest import Command, Held
from tests.client.monitor.copies import file_server


def call(*words: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["monitor", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def copy(command: Command, hold: Callable[..., Held], tmp_path: Path) -> Path:
    hold()
    folder = tmp_path / "copy"
    assert command.json("log", "publish", str(folder))["added"] > 5
    return folder


def key(copy: Path) -> str:
    return (copy / "vkeys").read_text().strip()


def test_a_published_copy_holds_and_goes_on(
    command: Command, hold: Callable[..., Held], copy: Path, tmp_path: Path
) -> None:
    with file_server(copy) as url:
        given = (url, "--vkey", key(copy), "--state", tmp_path / "state", "--once")
        assert call(*given).stdout.startswith("the log holds")
        command("rightsholders", "add", "Somebody else")
        said = command("log", "publish", str(copy)).stdout
        assert "added" in said
        look: dict[str, Any] = json.loads(call(*given, "--json").stdout)
        assert 0 < look["read"] < look["head"]["size"]
        assert look["alarms"] == []
        assert json.loads(call(*given, "--json", "--all").stdout)["read"] == look["head"]["size"]


def test_what_is_wrong_is_told_kept_and_the_exit_code(copy: Path, tmp_path: Path) -> None:
    told, state = tmp_path / "told", tmp_path / "state"
    with file_server(copy) as url:
        given = (url, "--vkey", key(copy), "--state", state, "--once")
        call(*given)
        bundle = next(each for each in (copy / "tile/entries").rglob("*") if each.is_file())
        content = bundle.read_bytes()
        bundle.write_bytes(content.replace(b'"key.added"', b'"key.adder"', 1))
        code = f"open({str(told)!r}, 'w').write(__import__('sys').stdin.read())"
        wrong = call(*given, "--all", "--exec", f'{sys.executable} -c "{code}"', code=3)
        assert "altered-entry" in wrong.stdout
        assert json.loads(told.read_text())["alarms"][0]["kind"] == "altered-entry"
        assert len(list(state.glob("alarm-*.json"))) == 1
        bundle.write_bytes(content)
        assert call(*given, "--all").exit_code == 0


def test_what_cannot_be_looked_at_is_neither_well_nor_wrong(copy: Path, tmp_path: Path) -> None:
    with file_server(copy) as url:
        away = call(f"{url}/elsewhere", "--vkey", key(copy), "--once", code=1)
        assert "at its address and /log" in away.stderr
    (tmp_path / "watched").write_text("# mine\nisrc:nonsense\n")
    odd = call(url, "--vkey", key(copy), "--once", "--watch", tmp_path / "watched", code=1)
    assert "--watch, line 2" in odd.stderr
    assert "verifier key" in call(url, "--vkey", "?", "--once", code=1).stderr


def test_it_goes_on_until_it_is_told_to_end(copy: Path) -> None:
    with file_server(copy) as url:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "registry.cli",
                "monitor",
                url,
                "--vkey",
                key(copy),
                "--every=1",
                "--json",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONUNBUFFERED": "1", "PATH": ""},
        )
        try:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            assert first["alarms"] == []
            checkpoint = copy / "checkpoint"
            served = checkpoint.read_text()
            checkpoint.write_text(served + "x" * 10_000_000)
            assert process.stderr is not None
            assert "the reply has more than" in process.stderr.readline()
            shutil.rmtree(copy / "tile/0")
            checkpoint.write_text(served.replace("\n", "x\n", 1))
            while not (look := json.loads(process.stdout.readline()))["alarms"]:
                pass
            assert look["alarms"][0]["kind"] == "forged-checkpoint"
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.communicate()
