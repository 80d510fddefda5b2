"""Imports of catalogues: send a file, see what is recognised in it, start it, watch it, fetch what was not taken."""

from typing import Any

from flask import Response, request

from registry.api.blueprint import Blueprint
from registry.api.idempotency import Act, digest_of_request, write
from registry.api.import_schemas import (
    ImportSchema,
    ImportsSchema,
    NewImportSchema,
    StartSchema,
    WrittenImportSchema,
)
from registry.api.json_bodies import encode_json
from registry.api.wired import the_registry
from registry.catalogues.options import Options
from registry.catalogues.rows import MOST_BYTES
from registry.domain.events import Conditions
from registry.domain.vocabulary import WorkKind
from registry.errors import NotFound
from registry.services import import_catalogue
from registry.services.open_account import acts_for, authenticate_token
from registry.services.present_import import present_import
from registry.services.read_catalogue import rejected_file
from registry.storage.imports import Import
from registry.storage.staged_works import StagedWorks

CSV = "text/csv; charset=utf-8"
_FILE = {
    "required": True,
    "description": (
        f"the file as it is, {MOST_BYTES // (1024 * 1024)} MiB at most: CSV, TSV, XLSX, JSON Lines or DDEX ERN 4; "
        "which one it is, is seen from what it holds"
    ),
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

imports = Blueprint("imports", __name__, description="Whole catalogues at once")


@imports.route("/v1/imports", methods=["POST"])
@imports.arguments(NewImportSchema, location="query")
@imports.doc(requestBody=_FILE)
@imports.response(201, WrittenImportSchema)
def post_import(query: dict[str, Any]) -> Response:
    """Send a catalogue. Nothing is registered yet: the reply says what each column was recognised as, and what the
    first rows would register. The same file again, while its import has not ended, gives the same import."""
    registry = the_registry()
    files = registry.import_files
    with registry.reading() as uow:
        token = authenticate_token(uow, request.headers.get("Authorization"))
        import_catalogue.check_room(uow, acts_for(token, query["rightsholder"]))
    given = {name: query[name] for name in Conditions.__struct_fields__ if name in query}
    options = _options(Options(), query, given)
    request.max_content_length = MOST_BYTES + 1
    received = import_catalogue.receive(files, request.stream.read, options, registry.clock())
    kept: list[str] = []

    def keep(act: Act) -> dict[str, Any]:
        uow, now = act.ledger.uow, act.ledger.now
        found = import_catalogue.keep(uow, received, act.rightsholder, query["name"], act.by, now)
        kept.append(found.id)
        return present_import(found)

    try:
        digest = digest_of_request(received.digest)
        return write(keep, rightsholder=query["rightsholder"], digest=digest)
    finally:
        if kept != [received.id]:
            files.forget(received.id)


@imports.route("/v1/imports", methods=["GET"])
@imports.response(200, ImportsSchema)
def get_imports() -> Response:
    """Your imports, newest first."""
    with the_registry().reading() as uow:
        token = authenticate_token(uow, request.headers.get("Authorization"))
        found = [present_import(each) for each in uow.imports.of(token.rightsholder)]
    return _reply({"imports": found})


@imports.route("/v1/imports/<id>", methods=["GET"])
@imports.response(200, ImportSchema)
def get_import(id: str) -> Response:
    """One of your imports: how far it is."""
    return _reply(present_import(_own(id)))


@imports.route("/v1/imports/<id>/start", methods=["POST"])
@imports.arguments(StartSchema)
@imports.response(202, WrittenImportSchema)
def post_start(new: dict[str, Any], id: str) -> Response:
    """Start an import, or only try it (`dry_run`): then every row is read and nothing registered. A mapping or
    declaration given here replaces the one before. One that was cancelled or failed goes on where it was."""
    registry = the_registry()
    files, before = registry.import_files, _own(id)
    options = _options(before.options, new, new.get("conditions"))
    look = import_catalogue.look_again(files, before, options, registry.clock())

    def start(act: Act) -> dict[str, Any]:
        uow, now = act.ledger.uow, act.ledger.now
        found = import_catalogue.own_import(uow, act.rightsholder, id)
        started = import_catalogue.start(
            uow, files, found, act.by, now, options=options, look=look, dry=new["dry_run"]
        )
        return present_import(started)

    return write(start, status=202, rightsholder=new["rightsholder"])


@imports.route("/v1/imports/<id>/cancel", methods=["POST"])
@imports.response(200, WrittenImportSchema)
def post_cancel(id: str) -> Response:
    """End an import. What is registered by then stays. No body."""

    def cancel(act: Act) -> dict[str, Any]:
        found = import_catalogue.own_import(act.ledger.uow, act.rightsholder, id)
        return present_import(
            import_catalogue.cancel(act.ledger.uow, found, act.by, act.ledger.now)
        )

    return write(cancel, status=200)


@imports.route("/v1/imports/<id>/rejected", methods=["GET"])
@imports.response(200, {"type": "string"}, content_type="text/csv")
def get_rejected(id: str) -> Response:
    """The rows that were not taken, each with the column at fault and what would be right: CSV that can be mended and
    sent again."""
    found, files = _own(id), the_registry().import_files
    staged = files.staged(found.id)
    if staged is None:
        raise NotFound("the rows of this import were not read yet; start it, or try it", field="id")
    pieces = rejected_file(files.source(found.id), StagedWorks(staged), found.options)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="rejected.csv"',
    }
    return Response(pieces, content_type=CSV, headers=headers)


def _own(id: str) -> Import:
    with the_registry().reading() as uow:
        token = authenticate_token(uow, request.headers.get("Authorization"))
        return import_catalogue.own_import(uow, token.rightsholder, id)


def _options(before: Options, given: dict[str, Any], conditions: dict[str, str] | None) -> Options:
    """What is given replaces what was said before; another preset, its conditions too."""
    kept = None if "preset" in given else before.conditions
    return Options(
        mapping=given.get("mapping", before.mapping),
        kind=WorkKind(given.get("kind", before.kind)),
        inside=given.get("inside", before.inside),
        compositions=given.get("compositions", before.compositions),
        preset=given.get("preset", before.preset),
        conditions=Conditions(**conditions) if conditions else kept,
    )


def _reply(members: dict[str, Any]) -> Response:
    return Response(
        encode_json(members),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
