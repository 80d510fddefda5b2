"""The events and rows of an export, written in the log's order, a few thousand between two marks.

Each leaf is hashed anew from the stored bytes, so that an export shows what is stored and not what was. A part is read
in a transaction of its own: what was logged does not change. Format: docs/formats.md, "Export".
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec

from registry.domain.folding.declarations import digest_text
from registry.errors import VerificationFailed
from registry.instants import rfc3339
from registry.services.compare_acts import ACTS_ROOTED
from registry.services.export_keys import KEY_EVENTS
from registry.services.export_rows import (
    COLUMNS,
    LISTS,
    UNLIKE,
    Credential,
    Row,
    as_csv,
    cells_of,
    read_credential,
    rows_of,
)
from registry.services.export_scope import Choice, Scope
from registry.services.ledger import RECORD_TYPES, holds_record
from registry.storage.export_draft import ExportDraft, Progress
from registry.storage.export_table import RowTable
from registry.storage.log_store import StoredEvent
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.whole_log import EventRow, read_rows
from registry.tlog.many_leaves import digest_texts, leaf_hashes

View = Callable[[], AbstractContextManager[UnitOfWork]]
Report = Callable[[str, int, int], None]
Format = Literal["jsonl", "csv", "parquet"]

STEP: Final = 10_000
"""Events between two marks: what a killed run does again at most."""
_PART: Final = 1_000
"""Events read in one transaction."""
LEAVES: Final = "data/log/leaves.bin"
_EVENTS: Final = "data/log/events.jsonl"
_JSONL: Final = "data/records.jsonl"
_CSV: Final = "data/records.csv"
STREAM: Final = ".records.arrows"
"""The rows of the table, until it is made."""


def rows_within(scope: Scope) -> Callable[[StoredEvent], list[Row]]:
    """A record → its rows, with the identifiers that the scope asks for."""

    def rows(stored: StoredEvent) -> list[Row]:
        if not holds_record(stored):
            return []
        return rows_of(
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
                for part in read_rows(uow.connection, progress.next, last):
                    _check_whole(part, progress.next)
                    writer.write(part)
                    progress.next += len(part)
            if progress.next < last:
                raise _missing(progress.next)
        draft.mark(progress)
        report("events", stop, progress.size)


def _check_whole(part: Sequence[EventRow], first: int) -> None:
    for place, row in enumerate(part, first):
        if row[0] != place:
            raise _missing(place)


def _missing(place: int) -> VerificationFailed:
    return VerificationFailed(f"event {place} is missing in the store; run: registry fsck")


class _Withheld(msgspec.Struct, gc=False, omit_defaults=True):
    """The line of an event whose body is not shown."""

    index: int
    id: str
    type: str
    time: str
    digest: str
    withheld: Literal["scope", "erased"]
    remains: dict[str, Any]
    erased_by: int | None = None


class _Writer:
    def __init__(
        self, draft: ExportDraft, choice: Choice, progress: Progress, formats: Sequence[Format]
    ) -> None:
        self._choice = choice
        self._progress = progress
        self._list = ""
        self._encode = msgspec.json.Encoder().encode
        self._encode_lines = msgspec.json.Encoder().encode_lines
        self._leaves = draft.file(LEAVES)
        self._lines = draft.file(_EVENTS)
        self._jsonl = draft.file(_JSONL) if "jsonl" in formats else None
        self._csv = draft.file(_CSV) if "csv" in formats else None
        self._stream = draft.file(STREAM) if "parquet" in formats else None
        self._table = RowTable(COLUMNS, LISTS, UNLIKE) if "parquet" in formats else None

    def begin(self) -> None:
        if self._csv is not None:
            self._csv.write(as_csv([], header=True))
        if self._stream is not None and self._table is not None:
            self._stream.write(self._table.head())

    def write(self, part: Sequence[EventRow]) -> None:
        """Events that follow each other. Raises: VerificationFailed for a record that cannot be read."""
        _, ids, types, ats, bodies, erased, _ = zip(*part, strict=True)
        # hashed anew, but for what was erased
        digests = digest_texts(
            [gone or sha256(body).digest() for body, gone in zip(bodies, erased, strict=True)]
        )
        spelt = {at: rfc3339(at) for at in set(ats)}  # all events of a transaction have one time
        times = [spelt[at] for at in ats]
        self._leaves.write(b"".join(leaf_hashes(types, ids, digests, times)))
        rows = self._write_events(part, digests, times)
        self._progress.rows += len(rows)
        if self._jsonl is not None:
            self._jsonl.write(self._encode_lines(rows))
        if self._csv is not None:
            self._csv.write(as_csv(rows))
        if self._stream is not None and self._table is not None:
            self._stream.write(self._table.part([cells_of(row) for row in rows]))

    def _write_events(
        self, part: Sequence[EventRow], digests: Sequence[str], times: Sequence[str]
    ) -> list[Row]:
        """Writes the lines of those that are taken in. Returns their rows."""
        rows: list[Row] = []
        pieces: list[bytes] = []
        progress, schemes, encode = self._progress, self._choice.scope.scheme, self._encode
        taken = self._choice.taken(part[0][0], part[-1][0] + 1)
        seq, id = -1, ""
        try:
            for event, digest, time in zip(part, digests, times, strict=True):
                seq, id, type, _, body, erased, _ = event
                withheld = False if taken is None else taken.get(seq)
                if withheld is None:
                    continue
                progress.events += 1
                if withheld or erased is not None:
                    line = _withheld(event, digest, time, withheld=withheld)
                    pieces += (encode(line), b"\n")
                    progress.withheld += 1
                    continue
                # joined as they are: what has to be escaped has another leaf than the log's, and nothing is signed
                pieces.append(
                    f'{{"index":{seq},"id":"{id}","type":"{type}","time":"{time}","body":'.encode()
                )
                if type in RECORD_TYPES:
                    pieces += (b'"', body, b'"}\n')
                    said = read_credential(body)
                    self._note_list(said)
                    rows += self._choice.rows(
                        rows_of(
                            said, index=seq, record=id, digest=digest, time=time, schemes=schemes
                        )
                    )
                else:
                    pieces += (encode(body.decode()), b"}\n")
                    self._note(type, seq)
        except (ValueError, LookupError, msgspec.MsgspecError) as error:
            raise VerificationFailed(
                f"event {seq} ({id}) cannot be read ({error}); run: registry fsck"
            ) from error
        self._lines.write(b"".join(pieces))
        return rows

    def _note_list(self, said: Credential) -> None:
        if said.status_list != self._list:
            self._list = said.status_list
            if said.list_number not in self._progress.lists:
                self._progress.lists.append(said.list_number)

    def _note(self, type: str, seq: int) -> None:
        if type in KEY_EVENTS:
            self._progress.keys.append(seq)
        elif type == ACTS_ROOTED:
            self._progress.roots.append(seq)


def _withheld(event: EventRow, digest: str, time: str, *, withheld: bool) -> _Withheld:
    """A body that was erased is withheld from everybody; in a scope in which it would be anyhow, for that reason."""
    seq, id, type, _, body, _, erased_by = event
    remains = msgspec.json.decode(body)
    if not withheld:
        return _Withheld(seq, id, type, time, digest, "erased", remains, erased_by)
    remains.pop("salt", None)
    return _Withheld(seq, id, type, time, digest, "scope", {**remains, "name": ""})
