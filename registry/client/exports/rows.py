"""The rows of an export held against its records: what each row has to say is worked out anew from the signed words.

Read from docs/formats.md, "Export"; the exporter has its own reading of the same page. Every line is compared, so none
can be changed, left out, doubled or added.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict, astuple

from registry.client.exports.consent_record import ConsentRecord, Subject
from registry.client.exports.contents import Contents
from registry.client.exports.log_events import LogEvent
from registry.errors import VerificationFailed

JSONL: Final = "data/records.jsonl"
CSV: Final = "data/records.csv"
PARQUET: Final = "data/records.parquet"
_STARTS_A_FORMULA: Final = frozenset("=+-@\t\r＝＋－＠")

_TOGETHER: Final = 64
"""Rows that are compared at once."""

_LIST: Final = "list<element: string>"


class Row(msgspec.Struct, gc=False):
    """What one statement of a record has to say, a member a column."""

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


_COLUMNS: Final = list(Row.__struct_fields__)
_KINDS: Final = [
    (name, {"index": "int64", "schemes": _LIST, "identifiers": _LIST}.get(name, "string"))
    for name in _COLUMNS
]
"""The columns of a table, by Arrow's names of their types."""


class Selection:
    """Which rows the scope of a manifest asks for. Remembers the statements of which a withdrawal may come later."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._scope = scope
        self.works: set[str] = set()
        """Works in the scope, as far as rows name them."""
        self._stated: set[tuple[str, str]] = set()
        self._schemes: Sequence[str] = scope.get("scheme", ())

    def rows(self, event: LogEvent, record: ConsentRecord, digest: str) -> list[Row]:
        """The rows of a record that are in the scope, in order."""
        rows = _rows(event, record.credential_subject, digest, self._schemes)
        if not self._scope:
            return rows
        asked_for = [row for row in rows if self._asked_for(row)]
        self.works.update(row.subject for row in asked_for if row.subject_kind == "work")
        return asked_for

    def _asked_for(self, row: Row) -> bool:
        statement = row.declaration, row.category
        if row.act == "declared" and self._is_stated(row):
            self._stated.add(statement)
        since, until = self._scope.get("since"), self._scope.get("until")
        in_time = (since is None or row.time >= since) and (until is None or row.time < until)
        return statement in self._stated and in_time

    def _is_stated(self, row: Row) -> bool:
        for name in ("rightsholder", "platform", "category", "decision"):
            wanted = self._scope.get(name)
            if wanted and getattr(row, name) not in wanted:
                return False
        return not self._schemes or bool(row.schemes)


def _rows(event: LogEvent, said: Subject, digest: str, schemes: Sequence[str]) -> list[Row]:
    about, holder, grantee = said.subject, said.rightsholder, said.grantee
    title = about.url if about.title is UNSET else about.title
    named = about.identifiers or []
    if schemes:
        named = [each for each in named if _scheme(each) in schemes]
    shared: tuple[Any, ...] = (
        *(said.declaration, event.time, holder.id, holder.name),
        *(about.kind, about.id, None if title is UNSET else title),
        *(list(dict.fromkeys(map(_scheme, named))), named),
    )
    whom = (grantee.id, grantee.name) if grantee else (None, None)
    rows = []
    for one in said.preferences or ():
        stated: tuple[Any, ...] = (
            *(one.usage, one.preference, *whom),
            *(one.valid_from, one.valid_until, one.takes_effect_at, one.conditions),
        )
        rows.append(Row(event.index, event.id, digest, "declared", *shared, *stated))
    for end in said.ends or ():
        ended: tuple[Any, ...] = (end.usage, None, *whom, None, None, end.takes_effect_at, None)
        rows.append(Row(event.index, event.id, digest, "withdrawn", *shared, *ended))
    return rows


def _scheme(identifier: str) -> str:
    scheme = identifier.partition(":")[0]
    return "url" if scheme in ("https", "http") else scheme


@dataclass(slots=True)
class RowFiles:
    """The files of rows that are there, read beside the events. `unread`: what this machine cannot read."""

    lines: dict[str, BinaryIO] = field(default_factory=dict)
    table: Iterator[dict[str, Any]] | None = None
    count: int = 0
    unread: list[str] = field(default_factory=list)
    _waiting: list[Row] = field(default_factory=list)

    def compare(self, rows: Sequence[Row]) -> None:
        """The next rows of every file have to be these; held against them some time until `settle`.

        Raises: VerificationFailed (`rows`) naming the first that is another.
        """
        self._waiting += rows
        if len(self._waiting) >= _TOGETHER:
            self.settle()

    def settle(self) -> None:
        """Nothing waits any more. Raises: as `compare`."""
        rows, self._waiting = self._waiting, []
        if self.table is None:
            self._compare(rows)
            return
        for row in rows:
            self._compare([row])
            if next(self.table, None) != _cells(row):
                raise _wrong(PARQUET, self.count, row)

    def _compare(self, rows: Sequence[Row]) -> None:
        """The first that is wrong is wrong in the first of the files."""
        others = [
            (at, name)
            for name, file in self.lines.items()
            if (at := _other(file, _SPELT[name], rows)) is not None
        ]
        if others:
            at, name = min(others, key=lambda each: each[0])
            raise _wrong(name, self.count + at + 1, rows[at])
        self.count += len(rows)

    def end(self) -> None:
        """No file has a row more. Raises: VerificationFailed (`rows`)."""
        for name, file in self.lines.items():
            if file.read(1):
                raise _too_many(name, self.count)
        if self.table is not None and next(self.table, None) is not None:
            raise _too_many(PARQUET, self.count)


def open_rows(contents: Contents, stack: ExitStack) -> RowFiles:
    """Opens the files of rows; they are closed with `stack`. Raises: VerificationFailed where there is none."""
    found = RowFiles()
    for name in (JSONL, CSV):
        if name in contents.names:
            found.lines[name] = stack.enter_context(contents.opened(name))
    if CSV in found.lines:
        header = _csv_line(_COLUMNS)
        if found.lines[CSV].read(len(header)) != header:
            raise VerificationFailed(f"{CSV} has other columns", field=CSV, code="rows")
    if PARQUET in contents.names:
        try:
            import pyarrow.parquet as pq
        except ImportError:
            found.unread.append(f"{PARQUET}: needs pyarrow (PATH/TO/CLONE[screening])")
        else:
            found.table = _table(pq, stack.enter_context(contents.opened(PARQUET)))
    if not found.lines and PARQUET not in contents.names:
        raise VerificationFailed("there are no rows in it", field="data", code="rows")
    return found


def _table(parquet: Any, file: BinaryIO) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, whatever is wrong with it. Raises: VerificationFailed (`rows`)."""
    import pyarrow as pa

    try:
        opened = parquet.ParquetFile(file)
        # what is in a list is "item" to some versions
        kinds = [
            (each.name, str(each.type).replace("item", "element")) for each in opened.schema_arrow
        ]
        if kinds != _KINDS:
            raise VerificationFailed(f"{PARQUET} has other columns", field=PARQUET, code="rows")
        for batch in opened.iter_batches(5_000):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:  # the last: text that is no UTF-8
        raise VerificationFailed(
            f"{PARQUET} cannot be read ({error})", field=PARQUET, code="rows"
        ) from error


_as_json = msgspec.json.Encoder().encode_lines


def _as_csv(rows: Sequence[Row]) -> bytes:
    return b"".join([_csv_line([*astuple(row)[:-1], _conditions(row)]) for row in rows])


_SPELT: Final[Mapping[str, Callable[[Sequence[Row]], bytes]]] = {JSONL: _as_json, CSV: _as_csv}


def _other(
    file: BinaryIO, spelt: Callable[[Sequence[Row]], bytes], rows: Sequence[Row]
) -> int | None:
    """Reads on by as much as these rows take. Which of them is the first that is not there?"""
    expected = spelt(rows)
    found = file.read(len(expected))
    if found == expected:
        return None
    begin = 0
    for at, row in enumerate(rows):
        line = spelt([row])
        if found[begin : begin + len(line)] != line:
            return at
        begin += len(line)
    return len(rows) - 1


def _cells(row: Row) -> dict[str, Any]:
    return {**asdict(row), "conditions": _conditions(row)}


def _conditions(row: Row) -> str | None:
    if row.conditions is None:
        return None
    return json.dumps(row.conditions, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _csv_line(values: Sequence[Any]) -> bytes:
    cells = [
        each
        if isinstance(each, str)
        else ("" if each is None else " ".join(each) if isinstance(each, list) else str(each))
        for each in values
    ]
    safe = [f"'{cell}" if cell[:1] in _STARTS_A_FORMULA else cell for cell in cells]
    if any('"' in cell for cell in safe):
        safe = [cell.replace('"', '""') for cell in safe]
    return ('"' + '","'.join(safe) + '"\r\n').encode()


def _wrong(name: str, number: int, row: Row) -> VerificationFailed:
    return VerificationFailed(
        f"row {number} of {name} is not what the record {row.record} (event {row.index}) says of "
        f"{row.category}: it was changed, left out, or stands elsewhere",
        field=f"{name} row {number}",
        code="rows",
    )


def _too_many(name: str, number: int) -> VerificationFailed:
    return VerificationFailed(
        f"{name} has more rows than the {number} that the records make",
        field=f"{name} row {number + 1}",
        code="rows",
    )
