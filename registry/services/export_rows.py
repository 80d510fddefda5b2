"""Rows of an export: one for each statement of a record, and the forms in which they are written.

docs/formats.md, "Export". A row is read off the signed record alone; nothing in it is looked up.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from registry.domain.record import WITHDRAWAL
from registry.domain.vocabulary import Usage
from registry.signing import base64url

LISTS: Final = ("schemes", "identifiers")
_RUN_BY_SPREADSHEETS: Final = re.compile("[=+\\-@\t\r＝＋－＠]")


class Row(msgspec.Struct, gc=False):
    """One statement of a record, a member a column."""

    index: int
    record: str
    digest: str
    act: str
    declaration: str
    time: str
    rightsholder: str
    rightsholder_name: str | None
    subject_kind: str
    subject: str
    title: str | None
    schemes: list[str]
    identifiers: list[str]
    category: str
    decision: str | None
    platform: str | None
    platform_name: str | None
    valid_from: str | None
    valid_until: str | None
    takes_effect_at: str | None
    conditions: dict[str, str] | None


COLUMNS: Final = Row.__struct_fields__


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
    about, holder, grantee = said.subject, said.rightsholder, said.grantee
    identifiers = [each for each in about.identifiers if not schemes or scheme_of(each) in schemes]
    ended = said.type == WITHDRAWAL
    shared = (
        *(index, record, digest, "withdrawn" if ended else "declared", said.declaration, time),
        *(holder.id, holder.name, about.kind, about.id),
        about.url if about.kind == "location" else about.title,
        list(dict.fromkeys(map(scheme_of, identifiers))),
        identifiers,
    )
    platform, name = (None, None) if grantee is None else (grantee.id, grantee.name)
    for each in said.preferences:
        times = each.valid_from, each.valid_until, each.takes_effect_at
        yield Row(*shared, each.usage, each.preference, platform, name, *times, each.conditions)
    for end in said.ends:
        yield Row(*shared, end.usage, None, platform, name, None, None, end.takes_effect_at, None)


def cells_of(row: Row) -> tuple[Any, ...]:
    """A row's values in the order of COLUMNS, its conditions as JSON text: for formats that are tables."""
    values = astuple(row)
    if row.conditions is None:
        return values
    return *values[:-1], msgspec.json.encode(row.conditions, order="sorted").decode()


read_row = msgspec.json.Decoder(Row).decode
"""A line of JSON Lines → its row."""


def as_csv(rows: Sequence[Row], *, header: bool = False) -> bytes:
    """Rows as CSV (RFC 4180), every cell quoted, and no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if header:
        writer.writerow(COLUMNS)
    writer.writerows([map(_cell, cells_of(row)) for row in rows])
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
