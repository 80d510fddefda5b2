"""Snapshots for offline screening as files: what a platform fetches once, and then asks itself.

Files are named by what they hold and never change, so a plain file server or a cache can stand in front; a manifest may
be signed anew while the log does not grow.
"""

from flask import Response, send_file

from registry.api.blueprint import Blueprint
from registry.api.log import A_WHILE, BYTES, FOR_EVER
from registry.api.wired import the_registry
from registry.errors import NotFound
from registry.screening.manifest import FILE_NAME, TYP
from registry.services.make_snapshot import newest_manifest

MANIFEST_TYPE = f"application/{TYP}"

snapshots = Blueprint("snapshots", __name__, description="Signed files for offline screening")

_JWS = {"type": "string", "description": "a compact JWS; docs/formats.md, Snapshot"}


@snapshots.route("/v1/snapshots/latest", methods=["GET"])
@snapshots.response(200, _JWS, content_type=MANIFEST_TYPE)
def get_latest() -> Response:
    """The manifest of the newest snapshot: a signed JWS that names its files, and until when it counts."""
    registry = the_registry()
    newest = newest_manifest(registry.snapshots)
    if newest is None or registry.clock() >= newest.valid_until:
        raise NotFound("this registry has no snapshot that counts now; ask it directly")
    return _manifest(newest.size)


@snapshots.route("/v1/snapshots/<size>/manifest", methods=["GET"])
@snapshots.response(200, _JWS, content_type=MANIFEST_TYPE)
def get_manifest(size: str) -> Response:
    """The manifest of the snapshot of the log at this size."""
    return _manifest(_number(size))


@snapshots.route("/v1/snapshots/<size>/<file>", methods=["GET"])
@snapshots.response(200, {"type": "string", "format": "binary"}, content_type=BYTES)
def get_file(size: str, file: str) -> Response:
    """A filter, list or delta that a manifest names. Parts of it can be asked for with `Range`."""
    if not FILE_NAME.fullmatch(file):
        raise NotFound("the manifest names the files of a snapshot")
    path = the_registry().snapshots.file(_number(size), file)
    reply = send_file(path, mimetype=BYTES, conditional=True, etag=file.split(".")[1])
    reply.headers["Cache-Control"] = FOR_EVER
    return reply


def _number(size: str) -> int:
    if not (size.isascii() and size.isdigit() and len(size) <= 18):
        raise NotFound("a snapshot is named by the size of the log, a whole number")
    return int(size)


def _manifest(size: int) -> Response:
    token = the_registry().snapshots.manifest(size)
    return Response(token, content_type=MANIFEST_TYPE, headers={"Cache-Control": A_WHILE})
