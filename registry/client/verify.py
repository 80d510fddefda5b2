"""Checking what a registry gave, offline, with nothing but public keys.

A record is a JWS (VC-JOSE-COSE); a receipt is C2SP tlog-proof text under a checkpoint of the log; an
answer is an HTTP response signed per RFC 9421 and bound to the question. Each function raises
VerificationFailed, saying what does not hold, and otherwise returns what was proved.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.client.packed_question import opened
from registry.client.published import PublishedKeys
from registry.domain.events import Declared, Withdrawn
from registry.domain.record import DECLARATION, WITHDRAWAL
from registry.errors import InvalidInput, SignatureRefused, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing import base64url
from registry.signing.content_digest import content_digest
from registry.signing.credential import open_credential
from registry.signing.declarant import verify_declarant
from registry.signing.http_signature import request_signature, verify_response
from registry.signing.jws import verify_jws
from registry.signing.note import parse_vkey, verify_note
from registry.signing.public_key import PublicKey
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry, blind
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import TlogProof, verify_inclusion

_ENTRY_TYPES: Final = {
    DECLARATION: str(Declared.__struct_config__.tag),
    WITHDRAWAL: str(Withdrawn.__struct_config__.tag),
}
RECEIPT: Final = "application/answer-receipt+jwt"
_PERMITTING: Final = "allow"
_NOT_OPTED_OUT: Final = ("allow", "unregistered")


@dataclass(frozen=True, slots=True)
class Logged:
    """Where a record lies in the log: entry `index` of the first `size`, sequenced at `at` (ms)."""

    index: int
    size: int
    origin: str
    root: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer as they travelled: what a platform files as its proof of having asked.

    Header names are lower case; `question` and `body` are the bytes on the wire.
    """

    method: str
    target_uri: str
    request_headers: Mapping[str, str]
    question: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes

    def encode(self) -> bytes:
        """The exchange as one JSON file."""
        members = {
            "method": self.method,
            "target_uri": self.target_uri,
            "request_headers": dict(self.request_headers),
            "question": b64encode(self.question).decode("ascii"),
            "status": self.status,
            "headers": dict(self.headers),
            "body": b64encode(self.body).decode("ascii"),
        }
        return json.dumps(members, indent=1).encode()

    @staticmethod
    def decode(text: bytes) -> "Exchange":
        """Reads `encode` back. Raises: VerificationFailed."""
        try:
            members = json.loads(text)
            return Exchange(
                method=members["method"],
                target_uri=members["target_uri"],
                request_headers=members["request_headers"],
                question=b64decode(members["question"], validate=True),
                status=members["status"],
                headers=members["headers"],
                body=b64decode(members["body"], validate=True),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise VerificationFailed(f"that is no filed answer: {error}") from error


def verify_record(jws: str, keys: PublishedKeys, *, at: int | None = None) -> dict[str, Any]:
    """The consent record inside a JWS. `at` (ms): when the log shows it to be made, if that is known. Where the
    declarant signed it too (`declarant_key`), that holds as well.

    Raises: VerificationFailed.
    """
    credential = open_credential(jws, keys.finder(at))
    verify_declarant(credential)
    return credential


def declarant_key(credential: Mapping[str, Any]) -> PublicKey | None:
    """The key of the passkey by which the declarant signed what a verified record says; None: nobody but the registry
    signed it. Whose key it is, nothing in the record proves (docs/auditors.md). Raises: VerificationFailed."""
    return verify_declarant(credential)


def record_entry(jws: str, credential: Mapping[str, Any]) -> LogEntry:
    """The log entry that commits to a record. Raises: VerificationFailed."""
    try:
        record = credential["consentRecord"]
        return LogEntry(
            type=_ENTRY_TYPES[credential["credentialSubject"]["type"]],
            id=blind(record["recordId"]),
            digest=hashlib.sha256(jws.encode("ascii")).digest(),
            at=parse_rfc3339(record["event"]["time"]),
        )
    except (KeyError, TypeError, UnicodeEncodeError, InvalidInput) as error:
        raise VerificationFailed(f"no log entry commits to this record: {error}") from error


def verify_checkpoint(note: str, log_key: str) -> Checkpoint:
    """A checkpoint signed by the log whose verifier key (`name+id+key`) the reader pinned.

    Raises: VerificationFailed, KeyRefused for a bad verifier key.
    """
    name = parse_vkey(log_key).name
    verified = verify_note(note, [log_key])
    checkpoint = Checkpoint.parse(verified.text)
    if checkpoint.origin != name:
        raise VerificationFailed(
            f"the checkpoint is of the log {checkpoint.origin!r}, the key is of {name!r}"
        )
    return checkpoint


def verify_receipt(jws: str, proof: str, keys: PublishedKeys, log_key: str) -> Logged:
    """That this very record is in the log, and signed by a key that counted when it was logged.

    1. the checkpoint is the log's;  2. the record's entry, rebuilt from its bytes, is under it;
    3. the record's signature holds, by a key in good standing at the entry's time.
    Raises: VerificationFailed.
    """
    receipt = TlogProof.parse(proof)
    checkpoint = verify_checkpoint(receipt.checkpoint, log_key)
    entry = record_entry(jws, _unverified_credential(jws))
    leaf = leaf_hash(entry.encode())
    verify_inclusion(leaf, receipt.index, checkpoint.size, receipt.hashes, checkpoint.root)
    verify_record(jws, keys, at=entry.at)
    return Logged(receipt.index, checkpoint.size, checkpoint.origin, checkpoint.root, entry.at)


def verify_answer(
    exchange: Exchange, keys: PublishedKeys, *, now: int | None, sandbox: bool = False
) -> dict[str, Any]:
    """What the registry answered to this very question, as JSON members. `sandbox`: to a test key, and not otherwise.

    `now` in seconds since 1970; None for an exchange on file, whose age does not matter. Checks the
    signature over status, body and question, that the answer names the question's digest and usage,
    that it has one result an item, in order, and that no result calls permitted what its decision
    does not permit. Raises: VerificationFailed.
    """
    try:
        asked = request_signature(exchange.request_headers)
    except SignatureRefused as error:
        raise VerificationFailed(f"the question was not signed: {error.message}") from error
    verify_response(
        status=exchange.status,
        headers=exchange.headers,
        body=exchange.body,
        request_method=exchange.method,
        target_uri=exchange.target_uri,
        request_signature=asked,
        find_key=keys.finder(),
        now=now,
    )
    if exchange.status != 200:
        raise VerificationFailed(f"the registry answered with status {exchange.status}")
    question = _members(opened(exchange.question), "question")
    answer = _members(_answer_text(exchange, keys), "answer")
    check_answers(question, exchange.question, answer, sandbox=sandbox)
    return answer


def _answer_text(exchange: Exchange, keys: PublishedKeys) -> bytes:
    """The answer's JSON: the body, or what the receipt in the body signs. Raises: VerificationFailed."""
    if exchange.headers.get("content-type") != RECEIPT:
        return exchange.body
    return verify_receipt_token(exchange.body, keys)


def verify_receipt_token(token: bytes, keys: PublishedKeys) -> bytes:
    """The answer inside an answer receipt, a compact JWS by a published key. Raises: VerificationFailed."""
    try:
        return verify_jws(token.decode("ascii"), keys.finder(), typ="answer-receipt+jwt").payload
    except UnicodeDecodeError as error:
        raise VerificationFailed("the answer receipt is no compact JWS") from error


def check_answers(
    question: Mapping[str, Any], asked: bytes, answer: Mapping[str, Any], *, sandbox: bool = False
) -> None:
    """That an answer is to this very question, whose bytes are `asked`: its digest, usage, run, and one result an item
    in order, none of which contradicts itself; and that it is real, or (`sandbox`) that it is not.

    Raises: VerificationFailed.
    """
    if "test" in answer and not sandbox:
        raise VerificationFailed(
            "this is an answer to a test key, about nothing real: sign with a real key, or ask for the sandbox"
        )
    if sandbox and answer.get("test") is not True:
        raise VerificationFailed(
            "this is no answer from the sandbox, though that was asked for: sign with a test key"
        )
    if answer.get("question_digest") != content_digest(asked):
        raise VerificationFailed("the answer is to another question: its digest differs")
    if answer.get("usage") != question.get("usage"):
        raise VerificationFailed("the answer is about another usage than the question")
    if answer.get("run") != question.get("run"):
        raise VerificationFailed("the answer is to another run than the question")
    _check_results(question.get("items"), answer.get("results"))


def _check_results(items: object, results: object) -> None:
    if not isinstance(items, list) or not isinstance(results, list) or len(items) != len(results):
        raise VerificationFailed("the answer has not exactly one result for each item")
    for index, (item, result) in enumerate(zip(items, results, strict=True)):
        if not isinstance(result, dict) or result.get("index") != index:
            raise VerificationFailed(f"result {index} is out of place")
        decision, wrong = result.get("decision"), "error" in result
        theirs = result.get("ref")
        # An item that could not be read at all has no reference that could be given back.
        unread = wrong and decision is None and theirs is None
        if isinstance(item, dict) and item.get("ref") != theirs and not unread:
            raise VerificationFailed(f"result {index} carries another reference than its item")
        if result.get("permitted") is not (decision == _PERMITTING and not wrong):
            raise VerificationFailed(
                f"result {index} contradicts itself: permitted on {decision!r}"
            )
        if result.get("opted_out") is not (decision not in _NOT_OPTED_OUT or wrong):
            raise VerificationFailed(
                f"result {index} contradicts itself: opted_out on {decision!r}"
            )


def _unverified_credential(jws: str) -> dict[str, Any]:
    parts = jws.split(".")
    if len(parts) != 3:
        raise VerificationFailed("a record is a compact JWS: three parts with a dot between them")
    return _members(base64url.decode(parts[1], "record"), "record")


def _members(text: bytes, what: str) -> dict[str, Any]:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise VerificationFailed(f"the {what} is not JSON") from error
    if not isinstance(members, dict):
        raise VerificationFailed(f"the {what} is not a JSON object")
    return members
