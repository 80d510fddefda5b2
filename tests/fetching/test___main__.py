"""The fetch process as it runs in production: nothing that it is given makes it reach this machine."""

import json
import subprocess
import sys

import pytest

from registry.fetching.lines import Missed, ReadText, Within, decode_reply, encode_line
from registry.fetching.process import FetchProcess
from tests.fetching.sites import Web
from tests.house.tree import ROOT


def test_this_machine_is_never_reached(web: Web) -> None:
    with FetchProcess("https://registry.example") as fetcher:
        for host in ("127.0.0.1", "[::1]", "2130706433"):
            found = fetcher.ask(ReadText(f"http://{host}/", Within((host,), "/")))
            assert isinstance(found, Missed)
            assert found.outcome == "refused"
        door = web.forbidden[0].server.getsockname()[1]
        assert isinstance(
            fetcher.ask(ReadText(f"http://127.0.0.1:{door}/", Within(("127.0.0.1",), "/"))), Missed
        )
    assert not web.reached_what_is_forbidden


@pytest.mark.parametrize(
    "name", ["REGISTRY_FETCH_PUBLIC", "HTTP_PROXY", "ALL_PROXY", "SSL_CERT_FILE"]
)
def test_neither_an_argument_nor_the_environment_switches_anything_on(web: Web, name: str) -> None:
    asked = encode_line(ReadText("http://127.0.0.2/", Within(("127.0.0.2",), "/")))
    door = web.web.server.getsockname()[1]
    done = subprocess.run(
        [sys.executable, "-m", "registry.fetching", json.dumps(web.told), "--public", "127.0.0.2"],
        input=asked, capture_output=True, check=True, cwd=ROOT, timeout=60,
        env={name: f"http://127.0.0.2:{door}", "PATH": "/usr/bin"},
    )  # fmt: skip
    found = decode_reply(done.stdout)
    assert isinstance(found, Missed)
    assert found.outcome == "refused"
    assert web.seen == []
