"""The transparency log as files: C2SP tlog-tiles under `/log/`, never beyond the released checkpoint; and what
witnesses said of it (tlog-cosignature).

Full tiles never change and may be kept for ever; a plain file server or a cache can stand in front.
"""

from flask import Response

from registry.api.blueprint import Blueprint
from registry.api.wired import the_registry
from registry.errors import InvalidInput, NotFound
from registry.services.ledger import entry_of
from registry.services.publish_cosignatures import cosigned_note, witnessed_note
from registry.storage.log_store import LogStore
from registry.tlog.merkle import HASH_SIZE
from registry.tlog.tiles import ENTRIES, TILE_WIDTH, Tile, encode_bundle, tile_width

FOR_EVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=60"
A_MOMENT = "public, max-age=1"
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"

log = Blueprint("log", __name__, description="The log, for auditors and witnesses")


@log.route("/log/checkpoint", methods=["GET"])
@log.response(200, {"type": "string"}, content_type="text/plain", description="a signed note")
def get_checkpoint() -> Response:
    """The newest checkpoint (C2SP tlog-checkpoint), with the cosignatures that it has so far."""
    registry = the_registry()
    with registry.reading() as uow:
        head = uow.log.head()
        if head is None:
            raise NotFound("this log has no checkpoint yet")
        note = cosigned_note(uow, head, registry.settings.witnesses)
    registry.released(head)
    return Response(note, content_type=TEXT, headers={"Cache-Control": A_MOMENT})


@log.route("/log/witnessed", methods=["GET"])
@log.response(200, {"type": "string"}, content_type="text/plain", description="a signed note")
def get_witnessed() -> Response:
    """The newest checkpoint that a quorum of the log's witnesses has cosigned, with their cosignatures."""
    registry = the_registry()
    settings = registry.settings
    with registry.reading() as uow:
        head = uow.log.head()
        if head is None or not settings.witnesses:
            raise NotFound("this log has no witnesses")
        note = witnessed_note(uow, head, settings.witnesses, settings.witness_quorum)
    registry.released(head)
    if note is None:
        raise NotFound("no checkpoint has the cosignatures of a quorum yet")
    return Response(note, content_type=TEXT, headers={"Cache-Control": A_MOMENT})


@log.route("/log/tile/<path:tile>", methods=["GET"])
@log.response(200, {"type": "string", "format": "binary"}, content_type=BYTES)
def get_tile(tile: str) -> Response:
    """A tile of hashes `<L>/<N>[.p/<W>]`, or a bundle of entries `entries/<N>[.p/<W>]` (C2SP tlog-tiles)."""
    try:
        wanted = Tile.parse(f"tile/{tile}")
    except InvalidInput as error:
        raise NotFound(error.message) from None
    registry = the_registry()
    with registry.reading() as uow:
        head = uow.log.head()
        size = 0 if head is None else registry.released(head).head.size
        if wanted.width > tile_width(wanted.level, wanted.index, size):
            raise NotFound(f"a log of {size} entries does not fill {wanted.path}")
        body = _entries(uow.log, wanted) if wanted.level == ENTRIES else _hashes(uow.log, wanted)
    headers = {"Cache-Control": FOR_EVER if wanted.width == TILE_WIDTH else A_WHILE}
    return Response(body, content_type=BYTES, headers=headers)


def _hashes(store: LogStore, tile: Tile) -> bytes:
    return store.read_tile(tile.level, tile.index)[: tile.width * HASH_SIZE]


def _entries(store: LogStore, tile: Tile) -> bytes:
    first = tile.index * TILE_WIDTH
    return encode_bundle(
        [entry_of(stored).encode() for stored in store.events(first, first + tile.width)]
    )
