"""Asking a witness: what it cosigned is taken, what it lies about is not, and each refusal is said in words."""

from collections.abc import Callable

import pytest

from registry.client.cosigning import Cosignature, cosigned
from registry.client.wire import Lost, Reply, Request
from registry.errors import RegistryError, Unavailable, VerificationFailed
from registry.signing.keys import MemorySigner, generate
from registry.signing.note import add_cosignature, cosigner_vkey, verify_note
from registry.tlog.add_checkpoint import AddCheckpoint
from registry.tlog.tiles import consistency_proof
from registry.witness.known import KnownWitness
from tests.witness.logs import SmallLog

NOW = 1_790_000_000
SIGNER = generate()
WITNESS = KnownWitness(cosigner_vkey("w.example", SIGNER.public.raw), "https://w.example/x")
Says = Callable[[Request], Reply | Lost]


@pytest.fixture(scope="module")
def log() -> SmallLog:
    return SmallLog().grow(20)


def reply(status: int, body: str = "") -> Reply:
    return Reply(status, {}, body.encode())


def signed(note: str, signer: MemorySigner = SIGNER, name: str = "w.example", at: int = NOW) -> str:
    whole = add_cosignature(note, name, signer.public.raw, signer.sign, at)
    return whole.splitlines(keepends=True)[-1]


def ask(log: SmallLog, known: int, *says: Says | Reply | Lost) -> Cosignature:
    flow = cosigned(
        WITNESS,
        log.note(),
        log.size,
        known,
        lambda old: consistency_proof(old, log.size, log.tiles),
        NOW,
    )
    step = next(flow)
    for each in says:
        assert isinstance(step, Request)
        assert step.url == "https://w.example/x/add-checkpoint"
        try:
            step = flow.send(each(step) if callable(each) else each)
        except StopIteration as done:
            found: Cosignature = done.value
            return found
    raise AssertionError("it asked once more")


def test_its_cosignature_is_taken_among_others(log: SmallLog) -> None:
    stranger = signed(log.note(), generate(), "x.example")
    found = ask(log, 7, reply(200, stranger + signed(log.note())))
    assert found.at == NOW
    assert verify_note(log.note() + found.line, [WITNESS.vkey]).cosigned_at == {"w.example": NOW}


def test_where_it_has_seen_another_size_the_proof_is_from_there(log: SmallLog) -> None:
    asked: list[int] = []

    def says(request: Request) -> Reply:
        asked.append(AddCheckpoint.parse(request.body).old)
        return reply(409, "13\n") if len(asked) == 1 else reply(200, signed(log.note()))

    assert ask(log, 0, says, says).at == NOW
    assert asked == [0, 13]


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        (Lost("ConnectError"), Unavailable, "cannot be reached: ConnectError"),
        (reply(500), Unavailable, "status 500"),
        (reply(302), Unavailable, "status 302"),
        (reply(403), Unavailable, "does not trust the key"),
        (reply(404), Unavailable, "does not know this log"),
        (reply(422), VerificationFailed, "does not continue"),
        (reply(409, "21\n"), VerificationFailed, "has seen 21 entries of this log, which has 20"),
        (reply(409, "7\n"), VerificationFailed, "another root"),
        (reply(409, "seven\n"), VerificationFailed, "decimal"),
        (Reply(409, {}, b"\xff"), VerificationFailed, "does not say"),
        (Reply(200, {}, b"\xff"), VerificationFailed, "no signature"),
        (reply(200, "yes\n"), VerificationFailed, "Not a signature line"),
        (reply(200, "yes\n\nno\n"), VerificationFailed, "Not a signature line"),
    ],
)
def test_whatever_else_it_says_is_no_cosignature(
    log: SmallLog, says: Reply | Lost, kind: type[RegistryError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        ask(log, 7, says)


def test_a_false_cosignature_is_refused(log: SmallLog) -> None:
    other = SmallLog(log.origin, "other", log.signer).grow(20)
    with pytest.raises(VerificationFailed, match="does not fit this text"):
        ask(log, 7, reply(200, signed(other.note())))
    with pytest.raises(VerificationFailed, match="no cosignature by"):
        ask(log, 7, reply(200, signed(log.note(), generate(), "w.example")))
    with pytest.raises(VerificationFailed, match="one of the clocks"):
        ask(log, 7, reply(200, signed(log.note(), at=NOW - 301)))


def test_one_that_never_agrees_on_a_size_is_left(log: SmallLog) -> None:
    with pytest.raises(Unavailable, match="each time"):
        ask(log, 0, reply(409, "5\n"), reply(409, "6\n"))
