"""Rows of an export: one for each statement of a record, and the forms in which they are written.

docs/formats.md, "Export". A row is read off the signed record alone; nothing in it is looked up.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.domain.record import WITHDRAWAL
from registry.domain.vocabulary import Usage
from registry.signing import base64url

COLUMNS: Final = (
    *("index", "record", "digest", "act", "declaration", "time", "rightsholder"),
    *("rightsholder_name", "subject_kind", "subject", "title", "schemes", "identifiers"),
    *("category", "decision", "platform", "platform_name", "valid_from", "valid_until"),
    *("takes_effect_at", "conditions"),
)
LISTS: Final = ("schemes", "identifiers")
_RUN_BY_SPREADSHEETS: Final = re.compile("[=+\\-@\t\r＝＋－＠]")

Row = dict[str, Any]


class _Named(msgspec.Struct):
    id: str
    name: str | None = None


class _About(msgspec.Struct):
    kind: str
    id: str
    title: str | None = None
    url: str | None = None
    identifiers: list[str] = []


class _Preference(msgspec.Struct, rename="camel"):
    usage: str
    preference: str
    valid_from: str
    valid_until: str | None = None
    takes_effect_at: str | None = None
    conditions: dict[str, str] | None = None


class _End(msgspec.Struct, rename="camel"):
    usage: str
    takes_effect_at: str | None = None


class _Subject(msgspec.Struct):
    type: str
    declaration: str
    subject: _About
    rightsholder: _Named
    grantee: _Named | None = None
    preferences: list[_Preference] = []
    ends: list[_End] = []


class _Status(msgspec.Struct, rename="camel"):
    status_list_credential: str


class Credential(msgspec.Struct, rename="camel"):
    """What rows need of a record."""

    credential_subject: _Subject
    credential_status: _Status

    @property
    def list_number(self) -> int:
        """The number of its status list."""
        return int(self.credential_status.status_list_credential.rpartition("/")[2])


_read = msgspec.json.Decoder(Credential).decode


def read_credential(jws: bytes) -> Credential:
    """The members of a stored record that its rows need. It is our own: its spelling is not looked at again.

    Raises: VerificationFailed, ValueError, msgspec.MsgspecError where it is no record.
    """
    return _read(base64url.decode(jws.split(b".", 2)[1].decode("ascii"), "record"))


def scheme_of(identifier: str) -> str:
    """The scheme of a canonical identifier: an address stands without one."""
    return "url" if identifier.startswith(("https://", "http://")) else identifier.partition(":")[0]


def rows_of(
    credential: Credential,
    *,
    index: int,
    record: str,
    digest: str,
    time: str,
    schemes: Sequence[str] = (),
) -> Iterator[Row]:
    """The rows of a record, in the order of its statements. `schemes`: only identifiers of these are named."""
    said = credential.credential_subject
    identifiers = [
        each for each in said.subject.identifiers if not schemes or scheme_of(each) in schemes
    ]
    row: Row = {
        "index": index,
        "record": record,
        "digest": digest,
        "act": "withdrawn" if said.type == WITHDRAWAL else "declared",
        "declaration": said.declaration,
        "time": time,
        "rightsholder": said.rightsholder.id,
        "rightsholder_name": said.rightsholder.name,
        "subject_kind": said.subject.kind,
        "subject": said.subject.id,
        "title": said.subject.url if said.subject.kind == "location" else said.subject.title,
        "schemes": list(dict.fromkeys(map(scheme_of, identifiers))),
        "identifiers": identifiers,
        "category": None,
        "decision": None,
        "platform": None if said.grantee is None else said.grantee.id,
        "platform_name": None if said.grantee is None else said.grantee.name,
        "valid_from": None,
        "valid_until": None,
        "takes_effect_at": None,
        "conditions": None,
    }
    for stated in said.preferences:
        yield row | {
            "category": stated.usage,
            "decision": stated.preference,
            "valid_from": stated.valid_from,
            "valid_until": stated.valid_until,
            "takes_effect_at": stated.takes_effect_at,
            "conditions": stated.conditions,
        }
    for ended in said.ends:
        yield row | {"category": ended.usage, "takes_effect_at": ended.takes_effect_at}


def as_text(row: Row) -> Row:
    """The same row with its conditions as JSON text: for formats that are tables."""
    conditions: Mapping[str, str] | None = row["conditions"]
    if conditions is None:
        return row
    return row | {"conditions": msgspec.json.encode(conditions, order="sorted").decode()}


def as_csv(rows: Sequence[Row], *, header: bool = False) -> bytes:
    """Rows as CSV (RFC 4180), every cell quoted, and no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if header:
        writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in as_text(row).values()])
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if _RUN_BY_SPREADSHEETS.match(text) else text


def schema() -> dict[str, Any]:
    """The Table Schema (Data Package 1) of the rows, as they stand in CSV."""
    known = {
        "index": {"type": "integer", "constraints": {"required": True, "minimum": 0}},
        "act": {"type": "string", "constraints": {"enum": ["declared", "withdrawn"]}},
        "subject_kind": {
            "type": "string",
            "constraints": {"enum": ["work", "location", "catalogue"]},
        },
        "category": {
            "type": "string",
            "constraints": {"required": True, "enum": [usage.value for usage in Usage]},
        },
        "decision": {"type": "string", "constraints": {"enum": ["allow", "deny", "conditional"]}},
    }
    fields = [{"name": name, **known.get(name, {"type": "string"})} for name in COLUMNS]
    return {"fields": fields, "missingValues": [""]}
