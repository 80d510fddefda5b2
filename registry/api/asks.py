"""`/v1/asks`: a platform's own questions, as digests, and the proof that each is in the log. Never another's."""

from base64 import b64encode
from typing import Any

from flask import Response

from registry.api.ask_schemas import AskProofSchema, AsksQuerySchema, AsksSchema
from registry.api.blueprint import Blueprint
from registry.api.platform_call import signed_reply, the_platform
from registry.api.present import present_receipt
from registry.api.wired import the_registry
from registry.errors import NotFound
from registry.instants import rfc3339
from registry.services.prove_ask import AskProof, list_asks, prove_ask
from registry.storage.asks import AskRow

_MOST_DIGITS = 18

asks = Blueprint("asks", __name__, description="What you asked, and the proof of it")


@asks.route("/v1/asks", methods=["GET"])
@asks.arguments(AsksQuerySchema, location="query")
@asks.response(200, AsksSchema)
def get_asks(page: dict[str, Any]) -> Response:
    """What you asked, in the order in which it was written down: a second after the answer at the latest."""
    with the_registry().reading() as uow:
        found, more = list_asks(uow, the_platform(), page["after"], page["limit"])
    return signed_reply(
        {
            "asks": [_ask(row) for row in found],
            "next": found[-1].number if found else page["after"],
            "more": more,
        }
    )


@asks.route("/v1/asks/<id>/proof", methods=["GET"])
@asks.response(200, AskProofSchema)
def get_ask_proof(id: str) -> Response:
    """The proof that you asked: to be had a minute or two after the end of the hour, and for as long as the operator's
    REGISTRY_ASKS_KEPT_DAYS says (two years unless set). What you fetched holds for good."""
    if not (id.isascii() and id.isdigit() and len(id) <= _MOST_DIGITS):
        raise NotFound(f"there is no question {id[:40]!r}; an id is a number", field="id")
    registry = the_registry()
    with registry.reading() as uow:
        proof = prove_ask(uow, the_platform(), int(id))
        head = uow.log.head()
    if head is not None:
        registry.released(head)
    return signed_reply(present_ask_proof(proof))


def _ask(row: AskRow) -> dict[str, Any]:
    leaf = row.leaf
    return {
        "id": row.number,
        "platform": leaf.platform,
        "time": rfc3339(leaf.at),
        "question_digest": f"sha-256=:{_base64(leaf.question)}:",
        "answer_digest": f"sha-256=:{_base64(leaf.answer)}:",
        "salt": _base64(leaf.salt),
        "until": rfc3339(row.until),
    }


def present_ask_proof(proof: AskProof) -> dict[str, Any]:
    """The leaf in its parts, the way to the root of its hour, and the receipt of the entry with that root."""
    hour = proof.hour
    return {
        "ask": _ask(proof.row),
        "hour": {
            "from": rfc3339(hour.since),
            "until": rfc3339(hour.until),
            "count": hour.count,
            "root": _base64(hour.root or b""),
            "index": proof.index,
            "proof": [_base64(each) for each in proof.path],
        },
        "receipt": present_receipt(proof.receipt),
    }


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
