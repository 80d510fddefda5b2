"""`registry screen`: as a command, with a snapshot of a real registry, and through kill -9."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from registry.client.corpus.source import fingerprint
from registry.instants import system_clock
from registry.services.make_snapshot import make_snapshot
from registry.services.register_platform import add_platform_key
from registry.signing.keys import FileSigner
from tests.cli.conftest import Command
from tests.client.between import ALLOWED, DENIED, World, world
from tests.registries import STEWARD

PILES = ("permitted", "opted-out", "unregistered", "unreadable")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A registry whose clock is this machine's, as for a command in another process."""
    with world(tmp_path_factory.mktemp("screen"), REGISTRY_CLOCK_SKEW_SECONDS="300") as made:
        clock = made.served.clock
        clock.now = system_clock()
        yield made


@pytest.fixture
def words(here: World, tmp_path: Path) -> list[str]:
    """The command, but for the folder."""
    here.served.clock.now = system_clock()
    signer = FileSigner.create(tmp_path / "platform.key")
    platform = here.served.platform("P")
    with here.served.registry.writing() as ledger:
        add_platform_key(ledger, platform, dict(signer.public.jwk), STEWARD)
    did = here.served.http.get(here.served.url + "/.well-known/did.json").content
    (tmp_path / "did.json").write_bytes(did)
    isrcs = [ALLOWED[5:], DENIED[5:], *(f"GBAYE07{n:05d}" for n in range(300)), "short", ""]
    (tmp_path / "corpus.csv").write_text(
        "title,isrc\n" + "".join(f"song {n},{isrc}\n" for n, isrc in enumerate(isrcs))
    )
    return [
        "screen", str(tmp_path / "corpus.csv"), "--usage", "generative-training", "--policy", "no-objection",
        "--columns", "isrc", "--url", here.served.url, "--key", str(tmp_path / "platform.key"),
        "--trust", str(tmp_path / "did.json"),
    ]  # fmt: skip


def piles(folder: Path) -> dict[str, bytes]:
    return {pile: (folder / f"{pile}.csv").read_bytes() for pile in PILES}


def test_a_corpus_is_sorted_and_the_numbers_are_shown(
    unprepared: Command, words: list[str], tmp_path: Path
) -> None:
    said = unprepared(*words, "--out", str(tmp_path / "out")).stdout
    assert said.startswith("301 of 304 rows may be used for generative-training")
    assert "\x1b" not in said
    assert "These rows were right until 2" in said
    assert piles(tmp_path / "out")["opted-out"] == f"title,isrc\nsong 1,{DENIED[5:]}\n".encode()
    report = unprepared.json(*words, "--out", str(tmp_path / "out"))
    assert report["piles"] == {
        "permitted": 1,
        "opted-out": 1,
        "unregistered": 300,
        "unreadable": 2,
    }


def test_what_is_over_is_said_and_another_key_is_refused(
    unprepared: Command, words: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    unprepared(*words, "--out", str(out))
    FileSigner.create(tmp_path / "other.key")
    key = words.index("--key") + 1
    another = [*words[:key], str(tmp_path / "other.key"), *words[key + 1 :], "--out", str(out)]
    assert "another keyid" in unprepared(*another, code=1).stderr
    report = json.loads((out / "report.json").read_bytes()) | {
        "valid_until": "2026-01-01T00:00:00Z"
    }
    (out / "report.json").write_text(json.dumps(report))
    state = json.loads((out / "progress.json").read_bytes())
    state["files"]["report.json"] = asdict(fingerprint(out / "report.json"))
    (out / "progress.json").write_text(json.dumps(state))
    late = unprepared(*words, "--out", str(out))
    assert "Attention: what was answered counted until 2026-01-01T00:00:00Z" in late.stderr
    assert "but no longer, unless asked again" in late.stdout


def test_with_a_snapshot_only_what_may_be_registered_is_asked(
    here: World, unprepared: Command, words: list[str], tmp_path: Path
) -> None:
    make_snapshot(here.served.registry.snapshot_press())
    without, with_it = tmp_path / "without", tmp_path / "with"
    unprepared(*words, "--out", str(without))
    snapshot = ["--snapshot", str(tmp_path / "snapshot"), "--log-key", here.log_key]
    report = unprepared.json(*words, *snapshot, "--out", str(with_it))
    assert piles(with_it) == piles(without)
    assert report["decided_by"]["snapshot"] >= 298
    assert report["decided_by"]["answer"] <= 5
    assert report["snapshots"][0]["origin"] == here.served.registry.place.origin
    assert (
        "verifier key"
        in unprepared(*words, *snapshot[:2], "--out", str(tmp_path / "third"), code=1).stderr
    )


def test_what_stops_it_says_that_it_can_go_on(
    here: World, unprepared: Command, words: list[str], tmp_path: Path
) -> None:
    with here.altering(lambda *all: (500, {}, b"")):
        said = unprepared(*words, "--out", str(tmp_path / "out"), code=1).stderr
    assert "goes on where this one stopped" in said
    unprepared(*words, "--out", str(tmp_path / "out"))


def test_a_policy_and_columns_have_to_be_named(unprepared: Command, words: list[str]) -> None:
    policy = words.index("--policy")
    left_out = [*words[:policy], *words[policy + 2 :], "--out", "x"]
    assert "--policy" in unprepared(*left_out, code=2).stderr


def test_killed_at_any_moment_and_called_again_it_ends_as_if_it_had_run_through(
    here: World, unprepared: Command, words: list[str], tmp_path: Path
) -> None:
    through, killed = tmp_path / "through", tmp_path / "killed"
    small = ["--chunk-rows", "16"]
    unprepared(*words, *small, "--out", str(through))
    command = [sys.executable, "-m", "registry.cli", *words, *small, "--out", str(killed)]
    gone = threading.Event()

    def no_more_before_it_is_killed(path: str, *reply: Any) -> Any:
        if rows_done(killed) >= 192:
            gone.wait(60)
        return reply

    with here.altering(no_more_before_it_is_killed):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and rows_done(killed) < 96:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        gone.set()
    assert not (killed / "report.json").exists()
    here.served.clock.now = system_clock()
    report = unprepared.json(*words, *small, "--out", str(killed))
    assert piles(killed) == piles(through)
    assert report["interrupted"] == 1


def rows_done(folder: Path) -> int:
    try:
        return int(json.loads((folder / "progress.json").read_bytes())["rows"])
    except (OSError, ValueError):
        return 0
