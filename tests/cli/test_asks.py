"""`registry asks check`: a filed proof of asking, offline."""

import hashlib
import json
from pathlib import Path

import pytest

from registry.client.verify import Exchange
from registry.services.prove_ask import prove_ask
from registry.signing.content_digest import content_digest
from registry.storage.asks import Asked
from registry.worker.asks import root_asks
from tests.asked import JOB, filed_proof, log_key
from tests.cli.conftest import Command
from tests.registries import HOUR, START, Desk


@pytest.fixture
def database_kind() -> str:
    """What is checked here does not know any database."""
    return "sqlite"


@pytest.fixture
def proof(desk: Desk, tmp_path: Path) -> tuple[str, str]:
    """A filed proof, and the log's key."""
    for name, answer in (("right", b"answer"), ("wrong", b"another")):
        exchange = Exchange("POST", "https://x.example/", {}, b"question", 200, {}, answer)
        (tmp_path / name).write_bytes(exchange.encode())
    return _proof_of(desk, tmp_path, b"answer")


def _proof_of(desk: Desk, tmp_path: Path, answer: bytes) -> tuple[str, str]:
    digests = [hashlib.sha256(each).digest() for each in (b"question", answer)]
    with desk.registry.bookkeeping() as uow:
        uow.asks.add([Asked("p", START, *digests)])
    desk.clock.forward(2 * HOUR)
    root_asks(desk.registry, JOB)
    with desk.registry.reading() as uow:
        (tmp_path / "proof.json").write_bytes(filed_proof(prove_ask(uow, "p", 1)))
    return str(tmp_path / "proof.json"), log_key(desk.registry)


def test_a_proof_that_holds_is_summed_up(unprepared: Command, proof: tuple[str, str]) -> None:
    path, key = proof
    words = ("asks", "check", path, "--log-key", key)
    assert unprepared(*words).stdout.startswith("the proof holds")
    said = unprepared.json(*words)
    assert said["platform"] == "p"
    assert said["question_digest"] == content_digest(b"question")
    assert said["answer_digest"] == content_digest(b"answer")


def test_it_is_held_against_the_filed_exchange(
    unprepared: Command, proof: tuple[str, str], tmp_path: Path
) -> None:
    path, key = proof
    words = ("asks", "check", path, "--log-key", key, "--filed")
    unprepared(*words, str(tmp_path / "right"))
    assert "not the answer" in unprepared(*words, str(tmp_path / "wrong"), code=1).stderr


def test_it_is_held_against_a_filed_receipt(
    desk: Desk, unprepared: Command, tmp_path: Path
) -> None:
    receipt = b"e30.e30.c2ln"
    path, key = _proof_of(desk, tmp_path, receipt)
    words = ("asks", "check", path, "--log-key", key, "--filed")
    filed = tmp_path / "answer.receipt.jwt"
    for kept in (receipt, receipt + b"\n"):
        filed.write_bytes(kept)
        unprepared(*words, str(filed))
    filed.write_bytes(b"e30.e30.c2lo")
    assert "not the answer" in unprepared(*words, str(filed), code=1).stderr


def test_a_proof_that_was_changed_does_not_hold(
    unprepared: Command, proof: tuple[str, str]
) -> None:
    path, key = proof
    members = json.loads(Path(path).read_text())
    members["ask"]["platform"] = "q"
    Path(path).write_text(json.dumps(members))
    assert (
        "Nothing was shown to hold"
        in unprepared("asks", "check", path, "--log-key", key, code=1).stderr
    )
