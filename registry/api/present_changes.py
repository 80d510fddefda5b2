"""Changes as JSON: `services.list_changes.Changes` → the members of `ChangesSchema`."""

from base64 import b64encode
from typing import Any

from registry.api.present import moment
from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.outlook import Outlook, Said, Span
from registry.domain.vocabulary import VOCABULARY_VERSION
from registry.instants import rfc3339
from registry.services.ledger import Place
from registry.services.list_changes import Change, Changes


def present_changes(changes: Changes, place: Place) -> dict[str, Any]:
    """The members of a page of changes."""
    head = changes.head.head
    return {
        "answered_at": rfc3339(changes.at),
        "checkpoint": {
            "origin": place.origin,
            "size": head.size,
            "root": b64encode(head.root).decode("ascii"),
        },
        "vocabulary": VOCABULARY_VERSION,
        "canonical_form": CANONICAL_FORM_VERSION,
        "changes": [_change(each) for each in changes.changes],
        "subjects": [_subject(each) for each in changes.outlooks],
        "next": changes.following - 1,
        "more": changes.more,
    }


def _change(change: Change) -> dict[str, Any]:
    entry = change.entry
    return {
        "index": change.index,
        "type": entry.type,
        "id": entry.id,
        "digest": f"sha-256=:{b64encode(entry.digest).decode('ascii')}:",
        "time": rfc3339(entry.at),
        "subjects": change.touched,
    }


def _subject(view: Outlook) -> dict[str, Any]:
    return {
        "kind": view.kind,
        "id": view.id,
        "holders": [
            {
                "rightsholder": each.rightsholder,
                "disputed": each.disputed,
                "set_aside_from": [rfc3339(at) for at in each.set_aside_from],
            }
            for each in view.holders
        ],
        "parents": [{"platform": id, "ended": ended} for id, ended in view.parents],
        "spans": [_span(each) for each in view.spans],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "from": moment(span.since),
        "keys": [key.hex() for key in span.keys],
        "covering": [key.hex() for key in span.covering],
        "links": [{"kind": kind, "to": to} for kind, to in span.links],
        "says": [_said(each) for each in span.says],
    }


def _said(said: Said) -> dict[str, Any]:
    return {
        "rightsholder": said.rightsholder,
        "grantee": said.grantee or None,
        "usage": said.usage,
        "preference": said.preference,
        "pending": said.pending,
        "digest": said.digest,
    }
