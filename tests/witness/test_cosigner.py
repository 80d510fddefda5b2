"""`add-checkpoint`, status by status: a witness cosigns what continues what it cosigned, and nothing else."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import ConfigurationError, Unavailable
from registry.signing.keys import MemorySigner, generate
from registry.signing.note import add_signature, verify_note
from registry.tlog.add_checkpoint import AddCheckpoint
from registry.witness.book import Book
from registry.witness.cosigner import Cosigner
from tests.witness.logs import SmallLog

NOW = 1_790_000_000


@pytest.fixture
def log() -> SmallLog:
    return SmallLog().grow(300)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    Book.begin(tmp_path / "book.json")
    with Book.open(tmp_path / "book.json") as book:
        yield book


@pytest.fixture
def cosigner(log: SmallLog, book: Book) -> Cosigner:
    return Cosigner("w.example", generate(), [log.vkey], book, lambda: NOW)


def test_it_cosigns_a_log_that_grows(log: SmallLog, cosigner: Cosigner, book: Book) -> None:
    for old, size in ((0, 1), (1, 7), (7, 256), (256, 300), (300, 300)):
        reply = cosigner.add_checkpoint(log.request(old, size))
        assert reply.status == 200
        verified = verify_note(log.note(size) + reply.body, [log.vkey, cosigner.vkey])
        assert verified.cosigned_at == {"w.example": NOW}
        assert book.seen(log.origin).size == size


def test_it_says_how_much_it_has_seen_where_the_old_size_is_another(
    log: SmallLog, cosigner: Cosigner
) -> None:
    cosigner.add_checkpoint(log.request(0, 5))
    for old, size in ((0, 9), (4, 9), (6, 9), (9, 9), (0, 5), (0, 3)):
        reply = cosigner.add_checkpoint(log.request(old, size))
        assert (reply.status, reply.type, reply.body) == (409, "text/x.tlog.size", "5\n")


def test_a_fork_gets_no_cosignature(log: SmallLog, cosigner: Cosigner, book: Book) -> None:
    fork = SmallLog(signer=log.signer, salt="other ").grow(300)
    assert cosigner.add_checkpoint(log.request(0, 100)).status == 200
    seen = book.seen(log.origin)
    assert cosigner.add_checkpoint(fork.request(100, 200)).status == 422
    assert cosigner.add_checkpoint(fork.request(100, 100)).status == 409
    assert book.seen(log.origin) == seen


def test_a_wrong_proof_is_refused(log: SmallLog, cosigner: Cosigner) -> None:
    first = log.request(0, 4).replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n")
    assert cosigner.add_checkpoint(first).status == 422
    cosigner.add_checkpoint(log.request(0, 100))
    assert (
        cosigner.add_checkpoint(log.request(99, 200).replace(b"old 99", b"old 100")).status == 422
    )


def test_logs_and_keys_that_it_does_not_know(log: SmallLog, cosigner: Cosigner) -> None:
    assert cosigner.add_checkpoint(SmallLog("other.example/log").grow(3).request(0)).status == 404
    assert cosigner.add_checkpoint(SmallLog().grow(3).request(0)).status == 403
    forged = log.request(0).replace(b"300\n", b"301\n", 1)
    assert cosigner.add_checkpoint(forged).status == 403


def test_signatures_of_strangers_are_passed_over(log: SmallLog, cosigner: Cosigner) -> None:
    stranger = generate()
    note = add_signature(log.note(), "x.example", stranger.public.raw, stranger.sign)
    body = log.request(0).replace(log.note().encode(), note.encode())
    reply = cosigner.add_checkpoint(body)
    assert reply.status == 200
    assert reply.body.count("\n") == 1
    assert verify_note(log.note() + reply.body, [cosigner.vkey]).signed_by == ("w.example",)


def test_what_cannot_be_read(log: SmallLog, cosigner: Cosigner) -> None:
    assert cosigner.add_checkpoint(b"what?").status == 400
    larger = log.request(0, 5).replace(b"old 0", b"old 6")
    assert cosigner.add_checkpoint(larger).status == 400


def test_a_rotated_key_is_known_under_the_same_origin(log: SmallLog, book: Book) -> None:
    fresh = SmallLog(tiles=log.tiles, size=log.size)
    cosigner = Cosigner("w.example", generate(), [log.vkey, fresh.vkey], book, lambda: NOW)
    assert cosigner.add_checkpoint(log.request(0, 10)).status == 200
    assert cosigner.add_checkpoint(fresh.request(10, 20)).status == 200


def test_its_time_never_goes_back(log: SmallLog, book: Book) -> None:
    times = iter([NOW, NOW - 500])
    cosigner = Cosigner("w.example", generate(), [log.vkey], book, lambda: next(times))
    cosigner.add_checkpoint(log.request(0, 10))
    reply = cosigner.add_checkpoint(log.request(10, 20))
    assert verify_note(log.note(20) + reply.body, [cosigner.vkey]).cosigned_at["w.example"] == NOW


def test_what_is_not_written_down_is_not_cosigned(
    log: SmallLog, cosigner: Cosigner, book: Book
) -> None:
    book.path.with_name("book.json.new").mkdir()
    with pytest.raises(Unavailable):
        cosigner.add_checkpoint(log.request(0, 10))
    book.path.with_name("book.json.new").rmdir()
    assert cosigner.add_checkpoint(log.request(0, 10)).status == 200


def test_a_witness_of_nothing_is_none(book: Book) -> None:
    with pytest.raises(ConfigurationError):
        Cosigner("w.example", generate(), [], book, lambda: NOW)


# made with github.com/transparency-dev/formats 0.1.1 and golang.org/x/mod/sumdb/note, from fixed seeds
LOG_KEY = "example.com/vector-log+4516a1da+ARGkVJ4QEa2MOOLGBO6i7NVSJ1FQ97tIX+w+Ku0RZ6Em"
SEED = "kRffG/zx6hAgpPgT4aTFlxdokJiVB+L8Ync0MWZkhbw="
NAME = "witness.example.com/vector"
CHECKPOINT = """\
example.com/vector-log
1234
SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=

— example.com/vector-log RRah2qlLrSlk6J8DA1HmNewppUM15Quhs5cAIb1KjBsV3otVirJTW8AFVsQtJkTW1Zny7GuoAxZpI6bUPcpM68QOIgE=
"""
COSIGNATURE = (
    f"— {NAME} QW8QPQAAAABqwLUbDdj7sDNRIVjmjYgqFI6y4UJhPg/UAA8J8wAdqSd3q4PedRhkgXA4xFN/"
    "Jg5uWn7ZkBA+H/UHQs5d9hITdXmQAA==\n"
)


def test_it_cosigns_to_the_byte_as_other_witnesses_do(book: Book) -> None:
    signer = MemorySigner(Ed25519PrivateKey.from_private_bytes(b64decode(SEED)))
    cosigner = Cosigner(NAME, signer, [LOG_KEY], book, lambda: 1_791_014_171)
    assert cosigner.vkey == f"{NAME}+416f103d+BK/QmJFVP3SKJOqAMhFxBQPtylo3sjwWibyFDAlZKK8B"
    reply = cosigner.add_checkpoint(AddCheckpoint(0, (), CHECKPOINT).encode())
    assert (reply.status, reply.body) == (200, COSIGNATURE)
