"""The rows of an export held against its records: what each row has to say is worked out anew from the signed words.

Read from docs/formats.md, "Export"; the exporter has its own reading of the same page. Every line is compared, so none
can be changed, left out, doubled or added.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import msgspec

from registry.client.exports.contents import Contents
from registry.client.exports.log_events import LogEvent
from registry.errors import VerificationFailed

JSONL: Final = "data/records.jsonl"
CSV: Final = "data/records.csv"
PARQUET: Final = "data/records.parquet"
_COLUMNS: Final = [
    *("index", "record", "digest", "act", "declaration", "time", "rightsholder"),
    *("rightsholder_name", "subject_kind", "subject", "title", "schemes", "identifiers"),
    *("category", "decision", "platform", "platform_name", "valid_from", "valid_until"),
    *("takes_effect_at", "conditions"),
]
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_LONGEST: Final = 24 * 1024 * 1024

Row = dict[str, Any]


class Selection:
    """Which rows the scope of a manifest asks for. Remembers the statements of which a withdrawal may come later."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._scope = scope
        self.works: set[str] = set()
        """Works in the scope, as far as rows name them."""
        self._stated: set[tuple[str, str]] = set()
        self._schemes: Sequence[str] = scope.get("scheme", ())

    def rows(self, event: LogEvent, credential: Mapping[str, Any], digest: str) -> Iterator[Row]:
        """The rows of a record that are in the scope, in order. Raises: KeyError, TypeError for what is no record."""
        for row in _rows(event, credential, digest, self._schemes):
            if not self._scope:
                yield row
            elif self._asked_for(row):
                if row["subject_kind"] == "work":
                    self.works.add(row["subject"])
                yield row

    def _asked_for(self, row: Row) -> bool:
        statement = row["declaration"], row["category"]
        if row["act"] == "declared" and self._is_stated(row):
            self._stated.add(statement)
        since, until = self._scope.get("since"), self._scope.get("until")
        in_time = (since is None or row["time"] >= since) and (until is None or row["time"] < until)
        return statement in self._stated and in_time

    def _is_stated(self, row: Row) -> bool:
        for name in ("rightsholder", "platform", "category", "decision"):
            wanted = self._scope.get(name)
            if wanted and row[name] not in wanted:
                return False
        return not self._schemes or bool(row["schemes"])


def _rows(
    event: LogEvent, credential: Mapping[str, Any], digest: str, schemes: Sequence[str]
) -> Iterator[Row]:
    subject = credential["credentialSubject"]
    about, holder, grantee = subject["subject"], subject["rightsholder"], subject.get("grantee")
    named = [
        (_scheme(each), each)
        for each in about.get("identifiers", ())
        if not schemes or _scheme(each) in schemes
    ]
    whose = (subject["declaration"], event.time, holder["id"], holder["name"])
    what = (
        *(about["kind"], about["id"], about.get("title", about.get("url"))),
        list(dict.fromkeys(scheme for scheme, _ in named)),
        [each for _, each in named],
    )
    whom = (None, None) if grantee is None else (grantee["id"], grantee["name"])
    for statement in [*subject.get("preferences", ()), *subject.get("ends", ())]:
        values = (
            *(event.index, event.id, digest),
            "declared" if "preference" in statement else "withdrawn",
            *(*whose, *what, statement["usage"], statement.get("preference"), *whom),
            *(statement.get("validFrom"), statement.get("validUntil")),
            *(statement["takesEffectAt"], statement.get("conditions")),
        )
        yield dict(zip(_COLUMNS, values, strict=True))


def _scheme(identifier: str) -> str:
    scheme = identifier.split(":", 1)[0]
    return "url" if scheme in ("https", "http") else scheme


@dataclass(slots=True)
class RowFiles:
    """The files of rows that are there, read beside the events. `unread`: what this machine cannot read."""

    lines: dict[str, BinaryIO] = field(default_factory=dict)
    table: Iterator[Row] | None = None
    count: int = 0
    unread: list[str] = field(default_factory=list)

    def compare(self, row: Row) -> None:
        """The next row of every file has to be this one. Raises: VerificationFailed (`rows`)."""
        self.count += 1
        if JSONL in self.lines and self.lines[JSONL].readline(_LONGEST) != _json_line(row):
            raise _wrong(JSONL, self.count, row)
        if CSV in self.lines:
            expected = _csv_line(list(_cells(row).values()))
            if self.lines[CSV].read(len(expected)) != expected:
                raise _wrong(CSV, self.count, row)
        if self.table is not None and next(self.table, None) != _cells(row):
            raise _wrong(PARQUET, self.count, row)

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


def _table(parquet: Any, file: BinaryIO) -> Iterator[Row]:
    """The rows of a Parquet file, whatever is wrong with it. Raises: VerificationFailed (`rows`)."""
    import pyarrow as pa

    try:
        opened = parquet.ParquetFile(file)
        if opened.schema_arrow.names != _COLUMNS:
            raise VerificationFailed(f"{PARQUET} has other columns", field=PARQUET, code="rows")
        for batch in opened.iter_batches(5_000):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise VerificationFailed(
            f"{PARQUET} cannot be read ({error})", field=PARQUET, code="rows"
        ) from error


_encode = msgspec.json.Encoder().encode


def _json_line(row: Row) -> bytes:
    return _encode(row) + b"\n"


def _cells(row: Row) -> Row:
    if row["conditions"] is None:
        return row
    text = json.dumps(row["conditions"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return {**row, "conditions": text}


def _csv_line(values: Sequence[Any]) -> bytes:
    return (",".join(f'"{_safe(value)}"' for value in values) + "\r\n").encode()


def _safe(value: Any) -> str:
    text = "" if value is None else " ".join(value) if isinstance(value, list) else str(value)
    mark = "'" if text.startswith(_STARTS_A_FORMULA) else ""
    return mark + text.replace('"', '""')


def _wrong(name: str, number: int, row: Row) -> VerificationFailed:
    return VerificationFailed(
        f"row {number} of {name} is not what the record {row['record']} (event {row['index']}) says of "
        f"{row['category']}: it was changed, left out, or stands elsewhere",
        field=f"{name} row {number}",
        code="rows",
    )


def _too_many(name: str, number: int) -> VerificationFailed:
    return VerificationFailed(
        f"{name} has more rows than the {number} that the records make",
        field=f"{name} row {number + 1}",
        code="rows",
    )
