"""Answers on file: exchanges, journals of gates, receipts of a screening; what was asked, and what was answered.

docs/formats.md, "Answer", "Journal of a gate" and "Screening". Nothing counts before `Asked.verify`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry.client.exports.log_keys import LogKeys
from registry.client.journal import FORMAT
from registry.client.packed_question import opened, question_in
from registry.client.replay import LONGEST_LINE, replay
from registry.client.verify import Exchange, check_answers, verify_answer, verify_receipt_token
from registry.errors import InvalidInput, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing import base64url
from registry.signing.jws import parse_json_object
from registry.tlog.canonical import from_base64

_LARGEST: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its answer. `size` and `root`: the log's head that it was answered under. Times in ms."""

    name: str
    question: Mapping[str, Any]
    answer: Mapping[str, Any]
    origin: str
    size: int
    root: bytes
    answered_at: int
    valid_until: int | None
    as_of: int | None
    proof: Exchange | tuple[bytes, bytes]
    """The exchange; or the question's bytes and the receipt."""

    def verify(self, keys: LogKeys) -> None:
        """The registry's signature, by a key of that time, over the answer to this very question.

        Raises: VerificationFailed.
        """
        published = keys.published("answers", self.answered_at)
        if isinstance(self.proof, Exchange):
            answer = verify_answer(self.proof, published, now=None)
        else:
            question, receipt = self.proof
            answer = parse_json_object(verify_receipt_token(receipt, published), "answer")
            check_answers(self.question, question, answer)
        if answer != self.answer:
            raise VerificationFailed("the answer that is signed is another one")


def read_asked(path: Path) -> Iterator[Asked]:
    """Every question in a file. Raises: InvalidInput for a file of another kind, VerificationFailed (`answer`)."""
    try:
        with path.open("rb") as file:
            first = file.readline(LONGEST_LINE)
            if _is_entry(first) or _is_receipt(first):
                file.seek(0)
                lines = iter(lambda: file.readline(LONGEST_LINE), b"")
                yield from (_in_journal if _is_entry(first) else _in_receipts)(path.name, lines)
                return
            text = first + file.read(_LARGEST)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror})", field="--asked") from error
    try:
        exchange = Exchange.decode(text)
    except VerificationFailed as error:
        raise InvalidInput(
            f"{path} is neither an exchange, nor a journal, nor receipts of a screening",
            field="--asked",
        ) from error
    with _about(path.name):
        asked = _of_exchange(path.name, exchange)
    yield asked


def is_journal(path: Path) -> bool:
    """Is this file the journal of a gate, or what is left of one?"""
    with path.open("rb") as file:
        return _is_entry(file.readline(LONGEST_LINE))


def check_journal(path: Path, keys: LogKeys) -> None:
    """Replays a gate's journal with the log's keys. Raises: VerificationFailed (`answer`) for the first problem."""
    found = replay(path, keys.published("answers", 0, ever=True))
    for problem in found.problems:
        where = f"{path.name} line {problem.line}"
        raise VerificationFailed(f"{where}: {problem.words}", field=where, code="answer")


def _is_entry(line: bytes) -> bool:
    """Is this a line of a journal? Any: whoever cut off its beginning does not get round its replay."""
    members = _members(line)
    return members.get("format") == FORMAT or "event" in members


def _is_receipt(line: bytes) -> bool:
    return "receipt" in _members(line)


def _members(line: bytes) -> Mapping[str, Any]:
    try:
        return parse_json_object(line, "line")
    except VerificationFailed:
        return {}


def _in_journal(name: str, lines: Iterator[bytes]) -> Iterator[Asked]:
    """The answers in it. What else is wrong with a line, a torn one too, its replay says."""
    for number, line in enumerate(lines, 1):
        members = _members(line)
        if "receipt" in members and {"question", "packed_question"} & members.keys():
            yield _in_line(f"{name} line {number}", members)


def _in_receipts(name: str, lines: Iterator[bytes]) -> Iterator[Asked]:
    """Every line is an answer, numbered where a screening wrote it: none is passed over, and none is missing."""
    for number, line in enumerate(lines, 1):
        where = f"{name} line {number}"
        with _about(where):
            members = parse_json_object(line, "line")
        if members.get("number", number - 1) != number - 1:
            raise VerificationFailed(
                f"{where} is receipt {members['number']}, and {number - 1} was due: one is missing before it",
                field=where,
                code="answer",
            )
        yield _in_line(where, members)


def _in_line(where: str, members: Mapping[str, Any]) -> Asked:
    with _about(where):
        question = question_in(members)
        receipt = members["receipt"].encode("ascii")
        return _read(where, question, _payload(receipt), (question, receipt))


def _of_exchange(name: str, exchange: Exchange) -> Asked:
    is_receipt = exchange.headers.get("content-type", "").startswith("application/answer-receipt")
    body = _payload(exchange.body) if is_receipt else exchange.body
    return _read(name, exchange.question, body, exchange)


def _payload(receipt: bytes) -> bytes:
    return base64url.decode(receipt.decode("ascii").split(".")[1], "answer receipt")


def _read(
    name: str, question: bytes, answer: bytes, proof: Exchange | tuple[bytes, bytes]
) -> Asked:
    asked = parse_json_object(opened(question), "question")
    said = parse_json_object(answer, "answer")
    head = said["checkpoint"]
    return Asked(
        name=name,
        question=asked,
        answer=said,
        origin=head["origin"],
        size=int(head["size"]),
        root=from_base64(head["root"], "the root"),
        answered_at=parse_rfc3339(said["answered_at"]),
        valid_until=None if said["valid_until"] is None else parse_rfc3339(said["valid_until"]),
        as_of=None if "as_of" not in said else parse_rfc3339(said["as_of"]),
        proof=proof,
    )


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Whatever cannot be read within is this answer's fault."""
    expected = (KeyError, TypeError, ValueError, AttributeError, IndexError)
    try:
        yield
    except (VerificationFailed, InvalidInput, *expected) as error:
        raise VerificationFailed(
            f"{name} cannot be read as an answer ({error})", field=name, code="answer"
        ) from error
