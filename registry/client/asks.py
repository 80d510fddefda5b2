"""Checking the proof that a question was asked, offline: a filed `GET /v1/asks/{id}/proof`, and the log's key.

1. the leaf, made anew from its parts (docs/formats.md, "Proof of asking");  2. the path leads to the hour's root;
3. the root is in the event whose digest the log entry has;  4. that entry is under the checkpoint;  5. the checkpoint
is signed by the log's pinned key.
"""

import hashlib
import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.client.verify import verify_checkpoint
from registry.errors import InvalidInput, VerificationFailed
from registry.instants import parse_rfc3339
from registry.tlog.ask_leaf import AskLeaf
from registry.tlog.canonical import from_base64
from registry.tlog.entry import LogEntry
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import verify_inclusion

EVENT = "asks.rooted"


@dataclass(frozen=True, slots=True)
class ProvedAsk:
    """What was proved: `platform` asked a question with this digest, and was answered at `at` (ms) with a body of that
    digest. `logged_at` (ms): when the root over it was logged, at `index` of the log `origin`."""

    platform: str
    at: int
    question: bytes
    answer: bytes
    logged_at: int
    index: int
    origin: str


def verify_ask(
    filed: bytes, log_key: str, *, question: bytes | None = None, answer: bytes | None = None
) -> ProvedAsk:
    """That a question is in the log. `filed`: the body of `GET /v1/asks/{id}/proof`; `log_key`: its verifier key.

    `question` (the body sent; for a GET, the target URI) and `answer` (the body that came back, as it travelled) are
    held against the digests where they are given. Raises: VerificationFailed, KeyRefused for a bad verifier key.
    """
    try:
        members = json.loads(filed)
        ask, hour, receipt = members["ask"], members["hour"], members["receipt"]
        leaf = _leaf(ask)
        root = from_base64(hour["root"], "the root")
        verify_inclusion(leaf.hash(), hour["index"], hour["count"], _path(hour["proof"]), root)
        entry = LogEntry.decode(receipt["entry"].encode("ascii"))
        _check_event(receipt["event"], entry, hour, root)
        checkpoint = verify_checkpoint(receipt["checkpoint"], log_key)
        place, path = receipt["index"], _path(receipt["proof"])
        verify_inclusion(leaf_hash(entry.encode()), place, checkpoint.size, path, checkpoint.root)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VerificationFailed(f"that is no proof of asking: {error}") from error
    except InvalidInput as error:
        raise VerificationFailed(f"that is no proof of asking: {error.message}") from error
    _hold("question", question, leaf.question)
    _hold("answer", answer, leaf.answer)
    return ProvedAsk(
        leaf.platform, leaf.at, leaf.question, leaf.answer, entry.at, place, checkpoint.origin
    )


def _leaf(ask: dict[str, Any]) -> AskLeaf:
    return AskLeaf(
        platform=ask["platform"],
        at=parse_rfc3339(ask["time"]),
        question=_digest(ask["question_digest"]),
        answer=_digest(ask["answer_digest"]),
        salt=b64decode(ask["salt"], validate=True),
    )


def _digest(text: str) -> bytes:
    return from_base64(text.removeprefix("sha-256=:").removesuffix(":"), "a digest")


def _path(texts: Sequence[str]) -> list[bytes]:
    return [from_base64(each, "a hash of the proof") for each in texts]


def _check_event(event: str, entry: LogEntry, hour: dict[str, Any], root: bytes) -> None:
    if entry.type != EVENT or hashlib.sha256(event.encode()).digest() != entry.digest:
        raise VerificationFailed("the log entry does not commit to this root of questions")
    said = json.loads(event)
    if said["root"] != root.hex() or said["count"] != hour["count"]:
        raise VerificationFailed("the logged event has another root or count than the proof")
    if said["until"] != parse_rfc3339(hour["until"]) or said["from"] != parse_rfc3339(hour["from"]):
        raise VerificationFailed("the logged event is of another hour than the proof says")


def _hold(what: str, given: bytes | None, digest: bytes) -> None:
    if given is not None and hashlib.sha256(given).digest() != digest:
        raise VerificationFailed(
            f"this is not the {what} of which the proof is: its digest differs"
        )
