"""Telling: a program gets the JSON on its standard input, an address gets it posted, and a failure is said in words."""

import json
import sys
from pathlib import Path

import pytest

from registry.client.monitor.telling import by_post, by_program
from registry.errors import InvalidInput
from tests.witness.served import saying

MEMBERS = {"words": "schön"}


def test_a_program_gets_it_without_a_shell(tmp_path: Path) -> None:
    target = tmp_path / "a file; rm"
    code = f"import sys; open({str(target)!r}, 'wb').write(sys.stdin.buffer.read())"
    assert by_program(f'{sys.executable} -c "{code}"')(MEMBERS) is None
    assert json.loads(target.read_bytes()) == MEMBERS


def test_what_fails_is_said() -> None:
    assert by_program(f"{sys.executable} -c 'raise SystemExit(7)'")({}) is not None
    assert "could not be run" in (by_program("/nowhere/at/all")({}) or "")
    assert "Connect" in (by_post("http://127.0.0.1:1/")({}) or "")
    with saying("w.example", lambda body: (500, b"")) as there:
        assert "status 500" in (by_post(there.url)({}) or "")


def test_an_address_gets_it_posted() -> None:
    taken: list[bytes] = []

    def take(body: bytes) -> tuple[int, bytes]:
        taken.append(body)
        return 200, b""

    with saying("w.example", take) as there:
        assert by_post(there.url)(MEMBERS) is None
    assert [json.loads(each) for each in taken] == [MEMBERS]


def test_what_cannot_be_told_to_is_refused_at_once() -> None:
    for wrong in ('"', ""):
        with pytest.raises(InvalidInput):
            by_program(wrong)
    with pytest.raises(InvalidInput):
        by_post("file:///etc/passwd")
