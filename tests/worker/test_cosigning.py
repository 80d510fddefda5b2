"""Checkpoints go to witnesses beside everything else: what honest ones sign is published, and nobody waits
for the others."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest

from registry.app import create_app
from registry.errors import Unavailable
from registry.services.publish_cosignatures import Witnessing, witnessing
from registry.signing.keys import KeyPurpose, generate
from registry.signing.note import (
    VerifiedNote,
    add_cosignature,
    cosigner_vkey,
    verify_note,
    vkey,
)
from registry.tlog.add_checkpoint import AddCheckpoint
from registry.witness.known import KnownWitness
from registry.worker.cosigning import EVERY_MS, Cosigning, cosigning
from tests.registries import Desk
from tests.witness.logs import SmallLog
from tests.witness.served import Said, honest, saying
from tests.worker.runners import Hands

MINUTE = 60_000
PATIENCE_SECONDS = 30

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
"""Where the database makes no difference."""


def log_key(desk: Desk) -> str:
    registry = desk.registry
    return vkey(registry.place.origin, registry.signers()[KeyPurpose.LOG].public.raw)


def seconds(desk: Desk) -> Callable[[], int]:
    return lambda: desk.clock() // 1000


@contextmanager
def at_work(desk: Desk, witnesses: tuple[KnownWitness, ...], quorum: int) -> Iterator[Cosigning]:
    """Collects when it is told to look."""
    desk.registry.settings = replace(
        desk.registry.settings, witnesses=witnesses, witness_quorum=quorum
    )
    work = Cosigning(Hands(desk).runner())
    try:
        yield work
    finally:
        work.close()


def seen(desk: Desk) -> Witnessing:
    settings = desk.registry.settings
    with desk.registry.reading() as uow:
        head = uow.log.head()
        assert head is not None
        return witnessing(uow, head, settings.witnesses, settings.witness_quorum)


def served(desk: Desk, path: str) -> str | None:
    app = create_app(desk.registry.settings, desk.clock)
    reply = app.test_client().get(path)
    app.extensions["consent-registry"].registry.close()
    return reply.text if reply.status_code == 200 else None


def verified(desk: Desk, note: str, witnesses: tuple[KnownWitness, ...]) -> VerifiedNote:
    return verify_note(note, [log_key(desk), *(each.vkey for each in witnesses)])


def test_what_two_witnesses_sign_is_under_the_checkpoint(desk: Desk, tmp_path: Path) -> None:
    with ExitStack() as stack:
        known = tuple(
            stack.enter_context(honest(tmp_path, name, log_key(desk), seconds(desk)))
            for name in ("a.example", "b.example")
        )
        work = stack.enter_context(at_work(desk, known, 2))
        assert served(desk, "/log/witnessed") is None
        for _ in range(3):
            desk.work(f"isrc:GBAYE06{desk.clock() % 100000:05d}")
            assert work.look()
            note = served(desk, "/log/checkpoint")
            assert note is not None
            assert note == served(desk, "/log/witnessed")
            assert set(verified(desk, note, known).cosigned_at) == {"a.example", "b.example"}
            assert all(each.current for each in seen(desk).witnesses)
            assert not work.look()
            desk.clock.forward(EVERY_MS + 1)
        desk.location("https://example.org/x/")
        newest, before = served(desk, "/log/checkpoint"), served(desk, "/log/witnessed")
        assert newest is not None
        assert verified(desk, newest, known).cosigned_at == {}
        assert before == note


@on_sqlite
def test_it_looks_no_more_often_than_every_few_seconds(desk: Desk, tmp_path: Path) -> None:
    with (
        honest(tmp_path, "a.example", log_key(desk), seconds(desk)) as witness,
        at_work(desk, (witness,), 1) as work,
    ):
        assert work.look()
        desk.work("isrc:GBAYE0600001")
        assert not work.look()
        desk.clock.forward(EVERY_MS)
        assert work.look()


def lying(desk: Desk) -> dict[str, Said]:
    other = SmallLog("elsewhere.example/log").grow(9)
    signer = generate()

    def by_another_key(body: bytes) -> tuple[int, bytes]:
        note = AddCheckpoint.parse(body).checkpoint
        made = add_cosignature(note, "l.example", signer.public.raw, signer.sign, seconds(desk)())
        return 200, made.splitlines(keepends=True)[-1].encode()

    def over_another_log(body: bytes) -> tuple[int, bytes]:
        return 200, other.note().splitlines(keepends=True)[-1].encode()

    return {
        "another key": by_another_key,
        "another log": over_another_log,
        "more than there is": lambda body: (409, b"1000000\n"),
        "never content": lambda body: (409, b"1\n"),
        "nonsense": lambda body: (200, b"\xff" * 100),
        "a bomb": lambda body: (200, b"x" * 200_000),
        "moved": lambda body: (307, b""),
    }


@on_sqlite
def test_one_down_one_lying_and_the_third_is_published_all_the_same(
    desk: Desk, tmp_path: Path
) -> None:
    for name, said in lying(desk).items():
        desk.work(f"isrc:GBAYE07{desk.clock() % 100000:05d}")
        with (
            honest(tmp_path, f"{len(name)}.example", log_key(desk), seconds(desk)) as good,
            saying("l.example", said) as liar,
        ):
            down = KnownWitness(a_vkey(), "http://127.0.0.1:1")
            with at_work(desk, (liar, down, good), 1) as work:
                assert work.look(), name
            note = served(desk, "/log/checkpoint")
            assert note is not None
            assert list(verified(desk, note, (liar, down, good)).cosigned_at) == [good.name], name
            wrong, away, right = seen(desk).witnesses
            assert (wrong.failures, away.failures, right.failures) == (1, 1, 0), name
            assert wrong.error
            assert away.error
        desk.clock.forward(MINUTE)


def a_vkey() -> str:
    return cosigner_vkey("d.example", generate().public.raw)


@on_sqlite
def test_one_that_fails_is_asked_again_later_and_later(desk: Desk, tmp_path: Path) -> None:
    asked: list[int] = []

    def refusing(body: bytes) -> tuple[int, bytes]:
        asked.append(desk.clock())
        return 500, b""

    with saying("l.example", refusing) as witness, at_work(desk, (witness,), 1) as work:
        for _ in range(400):
            work.look()
            desk.clock.forward(EVERY_MS)
    waits = [(b - a) // EVERY_MS for a, b in pairwise(asked)]
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == 100


@on_sqlite
def test_one_that_never_answers_delays_no_write_and_no_reader(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.worker.cosigning.TIMEOUT_SECONDS", 2 * PATIENCE_SECONDS)
    asked, let_go, answered = threading.Event(), threading.Event(), threading.Event()

    def asleep(body: bytes) -> tuple[int, bytes]:
        asked.set()
        let_go.wait(PATIENCE_SECONDS)
        answered.set()
        return 500, b""

    with saying("l.example", asleep) as slow:
        desk.registry.settings = replace(
            desk.registry.settings, witnesses=(slow,), witness_quorum=1
        )
        with cosigning(Hands(desk).runner()):
            assert asked.wait(PATIENCE_SECONDS)
            desk.work("isrc:GBAYE0600001")
            assert served(desk, "/log/checkpoint")
            assert not answered.is_set(), "they waited for the witness"
            let_go.set()


def test_a_witness_that_saw_another_history_is_an_alarm_that_stays(
    desk: Desk, tmp_path: Path
) -> None:
    signer = generate()
    registry = desk.registry
    fork = SmallLog(registry.place.origin).grow(5)
    log = registry.signers()[KeyPurpose.LOG]
    with honest(tmp_path, "a.example", log_key(desk), seconds(desk), signer) as witness:
        forked = replace(fork, signer=log)  # type: ignore[arg-type]
        reply = httpx2.post(f"{witness.url}/add-checkpoint", content=forked.request(0, 3))
        assert reply.status_code == 200
        with at_work(desk, (witness,), 1) as work:
            work.look()
            assert "does not continue" in (seen(desk).witnesses[0].error or "")
            assert served(desk, "/log/witnessed") is None


def test_without_witnesses_there_is_nothing_to_do(desk: Desk) -> None:
    with cosigning(Hands(desk).runner()) as work:
        assert work is None
    assert served(desk, "/log/witnessed") is None


def test_a_store_that_is_away_ends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    witness = KnownWitness(a_vkey(), "http://127.0.0.1:1")
    with at_work(desk, (witness,), 1) as work:

        def away() -> None:
            raise Unavailable("away")

        monkeypatch.setattr(type(desk.registry), "reading", lambda self: away())
        assert not work.look()
        monkeypatch.undo()
        assert work.look()
