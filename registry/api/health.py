"""Is this process alive, and can it answer? For whoever keeps it running."""

from flask import Response
from marshmallow import Schema, fields

from registry.api.blueprint import Blueprint
from registry.api.json_bodies import encode_json
from registry.api.wired import the_registry
from registry.errors import LogRefuses, Unavailable

health = Blueprint("health", __name__, description="For operators")


class HealthSchema(Schema):
    """How it is."""

    status = fields.String(required=True)
    size = fields.Integer(metadata={"description": "entries in the log"})


@health.route("/healthz", methods=["GET"])
@health.response(200, HealthSchema)
def get_health() -> Response:
    """This process runs."""
    return _said({"status": "alive"})


@health.route("/readyz", methods=["GET"])
@health.response(200, HealthSchema)
def get_readiness() -> Response:
    """The store can be read, its checkpoint is not behind the released one, nonces can be kept."""
    registry = the_registry()
    with registry.reading() as uow:
        head = uow.log.head()
    if head is None:
        raise Unavailable("the log has no checkpoint yet; an operator has to start it once")
    released = registry.head_file.read()
    if released is not None and released.size > head.head.size:
        raise LogRefuses("the store is behind what was released; an operator has to look first")
    registry.nonces.born_at()
    registry.signers()
    return _said({"status": "ready", "size": head.head.size})


def _said(members: dict[str, object]) -> Response:
    return Response(
        encode_json(members), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
