"""Consent records as others read them: the bytes as they were signed, the proof, the chain, the status."""

from typing import Any

from flask import Response, request

from registry.api.blueprint import Blueprint
from registry.api.json_bodies import encode_json
from registry.api.present import moment, present_declaration, present_receipt
from registry.api.reply_schemas import HistorySchema, ReceiptSchema
from registry.api.wired import the_registry
from registry.errors import InvalidInput, NotFound
from registry.services.publish_status import FRESH_MS, fresh_status_list, sign_status_list
from registry.services.read_record import prove_record, read_record, record_history
from registry.signing import base64url

RECORD = "application/vc+jwt"
FOR_EVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=5"

records = Blueprint(
    "records", __name__, description="Consent records, for everybody who holds an id"
)

_TEXT = {"type": "string"}


@records.route("/v1/records/<id>", methods=["GET"])
@records.response(200, _TEXT, content_type=RECORD, description="the signed bytes")
@records.response(200, {"type": "object"}, content_type="application/json")
@records.response(303, _TEXT, content_type="text/html", description="the page for people")
def get_record(id: str) -> Response:
    """A consent record: as it was signed or decoded, by Accept; a browser is led to its page."""
    form = _form(RECORD, "application/json", "text/html")
    registry = the_registry()
    with registry.reading() as uow:
        stored = read_record(uow, id)
    if form == "text/html":
        return Response(
            status=303,
            content_type="text/html; charset=utf-8",
            headers={"Location": f"/records/{id}", "Vary": "Accept"},
        )
    body = stored.body
    if form != RECORD:
        body = base64url.decode(body.decode("ascii").split(".")[1], "record")
    return Response(
        body, content_type=_typed(form), headers={"Cache-Control": FOR_EVER, "Vary": "Accept"}
    )


@records.route("/v1/records/<id>/proof", methods=["GET"])
@records.response(200, _TEXT, content_type="text/plain", description="C2SP tlog-proof")
@records.response(200, ReceiptSchema, content_type="application/json")
def get_proof(id: str) -> Response:
    """The proof that a record is in the log, under the newest checkpoint."""
    form = _form("text/plain", "application/json")
    registry = the_registry()
    with registry.reading() as uow:
        receipt = prove_record(uow, id)
        head = uow.log.head()
    if head is not None:
        registry.released(head)
    text = receipt.tlog_proof() if form == "text/plain" else encode_json(present_receipt(receipt))
    return Response(
        text, content_type=_typed(form), headers={"Cache-Control": A_WHILE, "Vary": "Accept"}
    )


@records.route("/v1/records/<id>/history", methods=["GET"])
@records.response(200, HistorySchema)
def get_history(id: str) -> Response:
    """What a record superseded and what supersedes it, oldest first, with withdrawals."""
    registry = the_registry()
    with registry.reading() as uow:
        stored, chain = record_history(uow, id)
        subject = uow.projection.find(stored.id)
    if subject is None:
        raise NotFound(f"there is no record {id!r}", field="id")
    base = registry.place.public_url
    members: dict[str, Any] = {
        "id": id,
        "declarations": [
            {
                **present_declaration(link.declaration, subject, base),
                "ends_at": moment(link.ends_at),
            }
            for link in chain
        ],
    }
    return Response(
        encode_json(members), content_type="application/json", headers={"Cache-Control": A_WHILE}
    )


@records.route("/v1/status/<number>", methods=["GET"])
@records.response(200, _TEXT, content_type=RECORD, description="a Bitstring Status List credential")
def get_status_list(number: str) -> Response:
    """A status list, signed anew at most once a minute. A convenience: the log decides."""
    if not (
        number.isascii() and number.isdigit() and len(number) <= 9 and number == str(int(number))
    ):
        raise NotFound(f"there is no status list {number[:20]!r}", field="list")
    registry = the_registry()
    now, place = registry.clock(), registry.place
    with registry.reading() as uow:
        signed = fresh_status_list(uow, int(number), now)
    if signed is None:
        with registry.bookkeeping() as uow:
            signed = sign_status_list(uow, registry.signers(), place, int(number), now)
    headers = {"Cache-Control": f"public, max-age={FRESH_MS // 1000}"}
    return Response(signed.credential, content_type=RECORD, headers=headers)


def _form(*offered: str) -> str:
    """Which of the forms offered is wanted; the first without a wish.

    Raises: InvalidInput (code `not-acceptable`).
    """
    wanted = request.accept_mimetypes
    if not wanted:
        return offered[0]
    found = wanted.best_match(offered)
    if found is None:
        raise InvalidInput(
            f"Accept one of {', '.join(offered)}", field="Accept", code="not-acceptable"
        )
    # a plain */* says no preference
    return offered[0] if wanted[found] == wanted[offered[0]] else found


def _typed(form: str) -> str:
    return f"{form}; charset=utf-8" if form.startswith("text/") else form
