"""An import as its rightsholder sees it, by the API and by the pages: its columns, its first rows, how far it is."""

from typing import Any

from msgspec.structs import asdict

from registry.catalogues.works_named import Named
from registry.instants import rfc3339
from registry.services.look_at_catalogue import LookedRow, decode_look
from registry.storage.imports import Import


def present_import(found: Import) -> dict[str, Any]:
    """An import with the first look at it."""
    look, options = decode_look(found.looked), found.options
    said = {} if options.conditions is None else asdict(options.conditions)
    return {
        "id": found.id,
        "name": found.name,
        "form": found.form,
        "bytes": found.size,
        "state": found.state,
        "dry_run": found.dry,
        "kind": options.kind,
        "inside": options.inside,
        "compositions": options.compositions,
        "preset": options.preset,
        "conditions": {name: text for name, text in said.items() if text is not None},
        "columns": [
            {"name": each.name, "field": each.field, "why": each.why, "examples": each.examples}
            for each in look.columns
        ],
        "preview": [_row(each) for each in look.rows],
        "rows": found.rows,
        "rejected": found.rejected,
        "works": found.works,
        "position": found.position,
        "registered": found.registered,
        "extended": found.extended,
        "unchanged": found.unchanged,
        "declared": found.declared,
        "trouble": found.trouble,
        "made_at": rfc3339(found.made_at),
        "started_at": _moment(found.started_at),
        "ended_at": _moment(found.ended_at),
    }


def _row(looked: LookedRow) -> dict[str, Any]:
    entry, fault = looked.entry, looked.fault
    return {
        "row": looked.row,
        "artist": "" if entry is None else entry.artist,
        "work": None if entry is None else _work(entry.work),
        "release": None if entry is None or entry.release is None else _work(entry.release),
        "compositions": [] if entry is None else [_work(each) for each in entry.compositions],
        "rejected": None
        if fault is None
        else {"column": fault.field, "code": fault.code, "detail": fault.words},
    }


def _work(named: Named) -> dict[str, Any]:
    return {"kind": named.kind, "title": named.title, "identifiers": list(named.identifiers)}


def _moment(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
