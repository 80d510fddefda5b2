"""Claims of a token's rightsholder: have one proved by a look at the places it is about."""

from http import HTTPStatus
from typing import Any

from flask import Response

from registry.api.blueprint import Blueprint
from registry.api.idempotency import Act, write
from registry.api.present import present_claim
from registry.api.present_proof import present_proof
from registry.api.proof_schemas import ProvedClaimSchema
from registry.api.rate_limits import TooManyRequestsError
from registry.domain.dossiers import Location
from registry.services import find
from registry.services.prove_claim import AskedTooSoon, ask_for_proof
from registry.storage.proofs import ProofState

claims = Blueprint("claims", __name__, description="What stands behind a claim")


@claims.route("/v1/claims/<id>/prove", methods=["POST"])
@claims.response(202, ProvedClaimSchema)
@claims.alt_response(200, schema=ProvedClaimSchema, description="It is proved already")
def post_proof(id: str) -> Response:
    """Ask for a look at the places where this claim is proved: a location's challenge, or files of a work whose
    SHA-256 is registered. The look is done in the background; ask for the location or the work again to see what
    came of it. Once a minute for each claim. No body."""
    return write(lambda act: _asked(act, id), status=_status)


def _asked(act: Act, id: str) -> dict[str, Any]:
    uow = act.ledger.uow
    try:
        row = ask_for_proof(act.ledger, id, act.rightsholder)
    except AskedTooSoon as soon:
        raise TooManyRequestsError(soon.message, {"Retry-After": str(soon.seconds)}) from None
    _, on, claim = find.the_claim(uow, id)
    texts = [on.url] if isinstance(on, Location) else [held.text for held in on.identifiers]
    holder = find.the_rightsholder(uow, act.rightsholder)
    return {"claim": present_claim(claim, texts, holder), "proof": present_proof(row)}


def _status(members: dict[str, Any]) -> int:
    waits = members["proof"]["state"] == ProofState.WAITING.value
    return HTTPStatus.ACCEPTED if waits else HTTPStatus.OK
