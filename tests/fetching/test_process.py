"""The parent's side: a process with an empty environment, ended when it hangs, started again when asked again."""

import json
import os
import sys

import pytest

from registry.errors import Unavailable
from registry.fetching import process
from registry.fetching.lines import Missed, ReadRecords, ReadText, Records, Text, Within
from registry.fetching.process import FetchProcess
from tests.fetching.sites import Web, reply

ASK = ReadRecords("_x.example")


def program(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", "import json, os, sys, time\nfor line in sys.stdin:\n " + code)


def test_a_site_is_read_through_a_process_of_its_own(web: Web) -> None:
    web.put("artist.example", "/x", reply("crp1-x"))
    ask = ReadText("https://artist.example/x", Within(("artist.example",), "/x"))
    with web.fetcher() as fetcher:
        for _ in range(2):
            found = fetcher.ask(ask)
            assert isinstance(found, Text)
            assert found.body == b"crp1-x"
    assert "User-Agent: consent-registry (+https://registry.example)" in web.secure.heads[0]


def test_the_process_has_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_KEY_PASSPHRASE", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    show = 'print(json.dumps({"reply": "records", "texts": sorted(os.environ)}), flush=True)'
    with FetchProcess("https://registry.example", program(show)) as fetcher:
        found = fetcher.ask(ASK)
    assert isinstance(found, Records)
    assert set(found.texts) - {"LC_CTYPE"} == {"LANG", "PATH"}


def test_the_process_inherits_no_open_file_but_the_three(tmp_path: "os.PathLike[str]") -> None:
    with open(os.path.join(tmp_path, "secret"), "w") as secret:  # noqa: PTH118, PTH123
        os.set_inheritable(secret.fileno(), True)
        show = f'print(json.dumps({{"reply": "records", "texts": [str(os.path.exists("/proc/self/fd/{secret.fileno()}"))]}}), flush=True)'  # noqa: E501
        with FetchProcess("https://registry.example", program(show)) as fetcher:
            assert fetcher.ask(ASK) == Records(("False",))


def test_a_process_that_hangs_is_killed_and_nothing_counts_as_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 0.1)
    monkeypatch.setattr(process, "TEXT_SECONDS", 0.1)
    with FetchProcess("https://registry.example", program("time.sleep(60)")) as fetcher:
        found = fetcher.ask(ASK)
        assert isinstance(found, Missed)
        assert found.outcome == "unreachable"


def test_a_process_that_is_killed_by_its_limits_counts_as_unreachable() -> None:
    with FetchProcess("https://registry.example", program("os.kill(os.getpid(), 24)")) as fetcher:
        assert isinstance(fetcher.ask(ASK), Missed)
        assert isinstance(fetcher.ask(ASK), Missed)


@pytest.mark.parametrize("code", ["sys.exit(3)", 'print("what?", flush=True)'])
def test_a_process_that_fails_by_itself_is_an_error_and_no_finding(code: str) -> None:
    with (
        FetchProcess("https://registry.example", program(code)) as fetcher,
        pytest.raises(Unavailable),
    ):
        fetcher.ask(ASK)


def test_a_program_that_is_not_there_is_an_error() -> None:
    with FetchProcess("x", ("/nowhere/python",)) as fetcher, pytest.raises(Unavailable):
        fetcher.ask(ASK)


def test_the_process_ends_with_its_parents_interest(web: Web) -> None:
    with web.fetcher() as fetcher:
        fetcher.ask(ASK)
        started = fetcher._process
    assert started is not None
    assert started.returncode == 0
    assert json.loads(web.command()[3])["public"] == ["127.0.0.2"]
