"""Rows of an export: one for each statement of a record, and the forms in which they are written.

docs/formats.md, "Export". A row is read off the signed record alone; nothing in it is looked up.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from registry.csv_text import STARTS_A_FORMULA
from registry.domain.record import WITHDRAWAL
from registry.domain.vocabulary import Usage
from registry.signing import base64url

LISTS: Final = ("schemes", "identifiers")
UNLIKE: Final = ("record", "digest", "declaration", "subject", "title", "identifiers")
"""Columns whose values hardly ever come again."""
# not a line's end: it follows the last quotation mark of every line, and no name or title begins with one
_RUN_BY_SPREADSHEETS: Final = re.compile(
    "[" + re.escape("".join(STARTS_A_FORMULA).replace("\n", "")) + "]"
)
_QUOTE: Final = '"'
_RUNS: Final = re.compile(_QUOTE + _RUN_BY_SPREADSHEETS.pattern)
"""A cell that begins like that, where every cell is quoted."""


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
_QUOTES: Final = 2 * len(COLUMNS)
"""Quotation marks in a line of CSV whose cells have none."""


class _Named(msgspec.Struct, gc=False):
    id: str
    name: str | None = None


class _About(msgspec.Struct, gc=False):
    kind: str
    id: str
    title: str | None = None
    url: str | None = None
    identifiers: list[str] = []


class _Preference(msgspec.Struct, rename="camel", gc=False):
    usage: str
    preference: str
    valid_from: str
    valid_until: str | None = None
    takes_effect_at: str | None = None
    conditions: dict[str, str] | None = None


class _End(msgspec.Struct, rename="camel", gc=False):
    usage: str
    takes_effect_at: str | None = None


class _Subject(msgspec.Struct, gc=False):
    type: str
    declaration: str
    subject: _About
    rightsholder: _Named
    grantee: _Named | None = None
    preferences: list[_Preference] = []
    ends: list[_End] = []


class _Status(msgspec.Struct, rename="camel", gc=False):
    status_list_credential: str


class Credential(msgspec.Struct, rename="camel", gc=False):
    """What rows need of a record."""

    credential_subject: _Subject
    credential_status: _Status

    @property
    def status_list(self) -> str:
        """The address of its status list."""
        return self.credential_status.status_list_credential

    @property
    def list_number(self) -> int:
        """The number of its status list."""
        return int(self.status_list.rpartition("/")[2])


_read = msgspec.json.Decoder(Credential).decode


def read_credential(jws: bytes) -> Credential:
    """The members of a stored record that its rows need. It is our own: its spelling is not looked at again.

    Raises: ValueError, LookupError, msgspec.MsgspecError where it is no record.
    """
    return _read(base64url.decode_own(jws[jws.index(b".") + 1 : jws.rindex(b".")]))


def scheme_of(identifier: str) -> str:
    """The scheme of a canonical identifier: an address stands without one."""
    scheme = identifier.partition(":")[0]
    return "url" if scheme in ("https", "http") else scheme


def rows_of(
    credential: Credential,
    *,
    index: int,
    record: str,
    digest: str,
    time: str,
    schemes: Sequence[str] = (),
) -> list[Row]:
    """The rows of a record, in the order of its statements. `schemes`: only identifiers of these are named."""
    said = credential.credential_subject
    about, holder, grantee = said.subject, said.rightsholder, said.grantee
    identifiers = about.identifiers
    if schemes:
        identifiers = [each for each in identifiers if scheme_of(each) in schemes]
    ended = said.type == WITHDRAWAL
    shared = (
        *(index, record, digest, "withdrawn" if ended else "declared", said.declaration, time),
        *(holder.id, holder.name, about.kind, about.id),
        about.url if about.kind == "location" else about.title,
        list(dict.fromkeys(map(scheme_of, identifiers))),
        identifiers,
    )
    platform, name = (None, None) if grantee is None else (grantee.id, grantee.name)
    rows = []
    for each in said.preferences:
        times = each.valid_from, each.valid_until, each.takes_effect_at
        rows.append(
            Row(*shared, each.usage, each.preference, platform, name, *times, each.conditions)
        )
    for end in said.ends:
        rows.append(
            Row(*shared, end.usage, None, platform, name, None, None, end.takes_effect_at, None)
        )
    return rows


def cells_of(row: Row) -> tuple[Any, ...]:
    """A row's values in the order of COLUMNS, its conditions as JSON text: for formats that are tables."""
    values = astuple(row)
    return values if row.conditions is None else (*values[:-1], _conditions(row))


def _conditions(row: Row) -> str | None:
    if row.conditions is None:
        return None
    return msgspec.json.encode(row.conditions, order="sorted").decode()


def as_csv(rows: Sequence[Row], *, header: bool = False) -> bytes:
    """Rows as CSV (RFC 4180), every cell quoted, and no cell that a spreadsheet would run."""
    lines = [_plain_line(row) for row in rows]
    # what hardly any cell has is looked for in all of them at once
    together = ",".join(lines)
    if together.count('"') != _QUOTES * len(lines) or _RUNS.search(together):
        lines = [_guarded_line(cells_of(row)) for row in rows]
    if header:
        lines.insert(0, _guarded_line(COLUMNS))
    return "".join([f"{line}\r\n" for line in lines]).encode()


def _plain_line(row: Row) -> str:
    """A line of CSV, right where no cell has a quotation mark in it or begins with what a spreadsheet runs."""
    return (
        f'"{row.index}","{row.record}","{row.digest}","{row.act}","{row.declaration}","{row.time}",'
        f'"{row.rightsholder}","{row.rightsholder_name or ""}","{row.subject_kind}","{row.subject}",'
        f'"{row.title or ""}","{" ".join(row.schemes)}","{" ".join(row.identifiers)}","{row.category}",'
        f'"{row.decision or ""}","{row.platform or ""}","{row.platform_name or ""}","{row.valid_from or ""}",'
        f'"{row.valid_until or ""}","{row.takes_effect_at or ""}","{_conditions(row) or ""}"'
    )


def _guarded_line(values: Sequence[Any]) -> str:
    """A line of CSV, whatever the cells hold."""
    return ",".join([_cell(value) for value in values])


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(value) if isinstance(value, list) else str(value)
    mark = "'" if _RUN_BY_SPREADSHEETS.match(text) else ""
    return f'"{mark}{text.replace(_QUOTE, 2 * _QUOTE)}"'


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
