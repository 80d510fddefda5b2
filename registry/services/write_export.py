"""The events and rows of an export, written in the log's order, a few thousand between two marks.

Each leaf is hashed anew from the stored bytes, so that an export shows what is stored and not what was. A part is read
in a transaction of its own: what was logged does not change. Format: docs/formats.md, "Export".
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Literal

import msgspec

from registry.domain.folding.declarations import digest_text
from registry.errors import VerificationFailed
from registry.instants import rfc3339
from registry.services.export_rows import Row, as_csv, read_credential, rows_of
from registry.services.export_scope import Choice, Scope
from registry.services.ledger import holds_record
from registry.storage.export_draft import ExportDraft, Progress
from registry.storage.log_store import StoredEvent
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.whole_log import read_events
from registry.tlog.entry import blind, entry_bytes
from registry.tlog.merkle import leaf_hash

View = Callable[[], AbstractContextManager[UnitOfWork]]
Report = Callable[[str, int, int], None]
Format = Literal["jsonl", "csv", "parquet"]

STEP: Final = 10_000
"""Events between two marks: what a killed run does again at most."""
_PART: Final = 1_000
"""Events in memory at once."""
LEAVES: Final = "data/log/leaves.bin"
_EVENTS: Final = "data/log/events.jsonl"
_CSV: Final = "data/records.csv"


def rows_file(formats: Sequence[Format]) -> str:
    """Rows are always written as JSON Lines first; where nobody wants these, beside the export."""
    return "data/records.jsonl" if "jsonl" in formats else ".records.jsonl"


def rows_within(scope: Scope) -> Callable[[StoredEvent], Iterator[Row]]:
    """A record → its rows, with the identifiers that the scope asks for."""

    def rows(stored: StoredEvent) -> Iterator[Row]:
        if holds_record(stored):
            yield from rows_of(
                read_credential(stored.body),
                index=stored.seq,
                record=stored.id,
                digest=digest_text(stored.digest),
                time=rfc3339(stored.at),
                schemes=scope.scheme,
            )

    return rows


def write_events(
    view: View,
    draft: ExportDraft,
    choice: Choice,
    progress: Progress,
    formats: Sequence[Format],
    report: Report,
) -> None:
    """Goes on where `progress` says, to its end. Raises: VerificationFailed where an event is missing in the store."""
    writer = _Writer(draft, choice, progress, formats)
    if progress.next == 0:
        writer.begin()
    while progress.next < progress.size:
        stop = min(progress.next + STEP, progress.size)
        while progress.next < stop:
            last = min(progress.next + _PART, stop)
            with view() as uow:
                part = read_events(uow.connection, progress.next, last)
            if [each.seq for each in part] != list(range(progress.next, last)):
                raise VerificationFailed(
                    f"an event between {progress.next} and {last} is missing in the store; run: registry fsck"
                )
            writer.write(part)
            progress.next = last
        draft.mark(progress)
        report("events", stop, progress.size)


class _Line(msgspec.Struct, omit_defaults=True, gc=False):
    index: int
    id: str
    type: str
    time: str
    body: str | None = None
    digest: str | None = None
    withheld: Literal["scope", "erased"] | None = None
    remains: dict[str, Any] | None = None
    erased_by: int | None = None


class _Writer:
    def __init__(
        self, draft: ExportDraft, choice: Choice, progress: Progress, formats: Sequence[Format]
    ) -> None:
        self._choice = choice
        self._progress = progress
        self._encode = msgspec.json.Encoder().encode_lines
        self._leaves = draft.file(LEAVES)
        self._lines = draft.file(_EVENTS)
        self._rows = draft.file(rows_file(formats))
        self._csv = draft.file(_CSV) if "csv" in formats else None

    def begin(self) -> None:
        if self._csv is not None:
            self._csv.write(as_csv([], header=True))

    def write(self, part: Sequence[StoredEvent]) -> None:
        lines: list[_Line] = []
        rows: list[Row] = []
        leaves: list[bytes] = []
        at, time = 0, ""
        for stored in part:
            if stored.at != at:  # all events of a transaction have one time
                at, time = stored.at, rfc3339(stored.at)
            digest = digest_text(stored.digest)
            leaves.append(leaf_hash(entry_bytes(stored.type, blind(stored.id), digest, time)))
            taken, withheld = self._choice.takes(stored)
            if taken:
                lines.append(_line(stored, digest, time, withheld=withheld))
                self._progress.withheld += withheld or stored.erased is not None
                if holds_record(stored):
                    rows += self._rows_of(stored, digest, time)
        self._leaves.write(b"".join(leaves))
        self._lines.write(self._encode(lines))
        self._rows.write(self._encode(rows))
        if self._csv is not None:
            self._csv.write(as_csv(rows))
        self._progress.events += len(lines)
        self._progress.rows += len(rows)

    def _rows_of(self, stored: StoredEvent, digest: str, time: str) -> list[Row]:
        credential = read_credential(stored.body)
        if credential.list_number not in self._progress.lists:
            self._progress.lists.append(credential.list_number)
        rows = rows_of(
            credential,
            index=stored.seq,
            record=stored.id,
            digest=digest,
            time=time,
            schemes=self._choice.scope.scheme,
        )
        return self._choice.rows(rows)


def _line(stored: StoredEvent, digest: str, time: str, *, withheld: bool) -> _Line:
    """A body that was erased is withheld from everybody; in a scope in which it would be anyhow, for that reason."""
    line = _Line(stored.seq, stored.id, stored.type, time)
    if not withheld and stored.erased is None:
        line.body = stored.body.decode()
        return line
    remains = msgspec.json.decode(stored.body)
    line.digest = digest
    if withheld:
        remains.pop("salt", None)
        line.withheld, line.remains = "scope", {**remains, "name": ""}
    else:
        line.withheld, line.remains, line.erased_by = "erased", remains, stored.erased_by
    return line
