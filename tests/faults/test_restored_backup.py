"""An older backup put back: the registry signs and answers nothing from it, until an operator decides to go on."""

from pathlib import Path

import httpx2
import pytest

from tests.conftest import FreshDatabase
from tests.faults.history import broken
from tests.faults.processes import ROUNDS, Processes, processes
from tests.faults.traffic import NEVER_REGISTERED, USAGE, Parties, parties, traffic

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("kind", ["postgresql"] if ROUNDS == 1 else ["sqlite", "postgresql"])
def test_an_older_backup_answers_nothing_until_an_operator_accepts_it(
    tmp_path: Path, fresh_database: FreshDatabase, kind: str
) -> None:
    with processes(tmp_path, fresh_database(kind)) as first:
        registry = first.open()
        taking_part = parties(registry)
        registry.close()
        backup = str(tmp_path / "backup")
        done = first.command("backup", backup)
        assert done.exit_code == 0, done.output
        first.start("--no-worker")
        with traffic([first.url], taking_part) as load:
            load.goes_on()
    lost = len(load.history.writes)
    assert lost
    with processes(
        tmp_path, fresh_database(kind), REGISTRY_PUBLIC_URL=first.url, REGISTRY_LOG_LEVEL="error"
    ) as restored:
        done = restored.command("restore", backup, "--steward", "jo")
        assert done.exit_code == 0, done.output
        assert "OLDER" in done.output
        with pytest.raises(AssertionError, match="already released"):
            restored.start("--no-worker")
        restored.parent = None
        done = restored.command(
            "log", "accept", "--yes", "--steward", "jo", "--reason", "the newest copy"
        )
        assert done.exit_code == 0, done.output
        goes_on(restored, taking_part)


def test_an_older_backup_in_the_place_of_the_store_keeps_the_server_from_starting(
    tmp_path: Path,
) -> None:
    store = tmp_path / "registry.sqlite"
    with processes(tmp_path, f"sqlite:///{store}") as server:
        registry = server.open()
        taking_part = parties(registry)
        registry.close()
        backup = str(tmp_path / "backup")
        assert server.command("backup", backup).exit_code == 0
        server.start("--no-worker")
        with traffic([server.url], taking_part) as load:
            load.goes_on()
        server.stop()
        for each in tmp_path.glob("registry.sqlite*"):
            each.unlink()
        done = server.command("restore", backup, "--steward", "jo")
        assert done.exit_code == 0, done.output
        with pytest.raises(AssertionError, match="already released"):
            server.start("--no-worker")
        server.parent = None
        assert server.command("fsck").exit_code != 0, "fsck says so too"


def goes_on(server: Processes, of: Parties) -> None:
    """After the decision it answers again, and its log grows from the older head."""
    server.start("--no-worker")
    registry = server.open()
    with httpx2.Client(trust_env=False, timeout=60) as http:
        question = {"usage": USAGE.value, "id": NEVER_REGISTERED}
        answer = http.get(f"{server.url}/v1/verify", params=question).json()
        assert answer["checkpoint"]["size"] == of.began
    with traffic([server.url], of, server.settings["REGISTRY_PUBLIC_URL"]) as load:
        load.goes_on()
    print(f"\n  {load.history.summary()}")
    assert broken(load.history, registry) == []
    registry.close()
