"""Is this process alive, and can it answer? For whoever keeps it running.

Anybody may ask, so a refusal says what kind of thing is wrong, and no path, address or figure.
"""

import shutil

from flask import Response
from marshmallow import Schema, fields

from registry.api.blueprint import Blueprint
from registry.api.json_bodies import encode_json
from registry.api.metrics import places
from registry.api.wired import the_registry
from registry.bootstrap import Registry
from registry.errors import LogRefuses, Unavailable, VerificationFailed
from registry.instants import SECOND_MS
from registry.services.check_log import check_newest_checkpoint

STANDING_JOB = "status-lists"
"""A kind of job that a background worker runs every minute, whatever else there is to do."""
LONGEST_SILENCE_MS = 15 * 60 * SECOND_MS
LEAST_FREE_BYTES = 64 * 1024 * 1024
"""Below this a disk counts as full: a store that cannot grow acknowledges nothing."""

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
    """The store can be read, its newest checkpoint holds and is not behind the released one, nonces can be
    kept, keys can be read, there is room on the disks, and the background worker, if there is one, works."""
    registry = the_registry()
    size = _stands(registry)
    registry.nonces.born_at()
    for name, path in places(registry).items():
        if shutil.disk_usage(path).free < LEAST_FREE_BYTES:
            raise Unavailable(
                f"the disk of the {name} is nearly full; an operator has to make room"
            )
    return _said({"status": "ready", "size": size})


def _stands(registry: Registry) -> int:
    """What the store says for itself; how many entries the log has. Raises: Unavailable, LogRefuses."""
    signers, place = registry.signers(), registry.place
    released = registry.head_file.read()
    with registry.reading() as uow:
        head = uow.log.head()
        if head is None:
            raise Unavailable("the log has no checkpoint yet; an operator has to start it once")
        if released is not None and released.size > head.head.size:
            raise LogRefuses("the store is behind what was released; an operator has to look first")
        seen = uow.jobs.newest_finish([STANDING_JOB])
        if seen is not None and registry.clock() - seen > LONGEST_SILENCE_MS:
            raise Unavailable(
                "the background worker has not been seen for long; an operator has to look first"
            )
        try:
            return check_newest_checkpoint(uow, signers, place, released)
        except VerificationFailed as error:
            raise LogRefuses(
                "the newest checkpoint does not verify; an operator has to look first"
            ) from error


def _said(members: dict[str, object]) -> Response:
    return Response(
        encode_json(members), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
