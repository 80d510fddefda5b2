"""A server that is told to end writes down first what it was asked a moment before."""

from pathlib import Path

import pytest

from registry.bootstrap import open_registry
from registry.settings import Settings
from tests.cli.serving import served

pytestmark = pytest.mark.faults


def test_what_was_asked_right_before_an_orderly_end_is_kept(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        asked = [server.command("ask", f"isrc:GBAYE060149{n}", "--json") for n in range(3)]
        server.process.terminate()
        server.process.wait(60)
    assert [each.exit_code for each in asked] == [4, 4, 4]  # answered: nobody registered these
    registry = open_registry(Settings.from_environ(server.env))
    with registry.reading() as uow:
        count, _ = uow.asks.unrooted()
    registry.close()
    assert count == 3
