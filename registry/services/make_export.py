"""Making an export of the log as of one checkpoint, so that others can check all of it offline.

1. the checkpoint is settled, and the scope: a scoped export reads the log once into an index;
2. event by event, in order: its leaf, its line, its rows; durable and marked every few thousand: a killed run goes on;
3. the leaves have to give the checkpoint's root, or nothing is signed;
4. Parquet from the rows; keys and status lists as of the checkpoint's time; papers, manifest, bag; then its name.
Memory does not grow with the log. Format: docs/formats.md, "Export".
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from registry.errors import Conflict, InvalidInput, NotFound, VerificationFailed
from registry.instants import parse_rfc3339, rfc3339
from registry.services.export_keys import keys_as_of, status_list_as_of
from registry.services.export_papers import Contents, name_of, wanted, write_papers
from registry.services.export_rows import (
    COLUMNS,
    LISTS,
    Row,
    as_csv,
    as_text,
    read_credential,
    rows_of,
)
from registry.services.export_scope import Choice, Scope, covering, fill_index
from registry.services.ledger import RECORD_TYPES, Place, entry_of
from registry.services.signers import Signers
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.storage.export_draft import SCRATCH, ExportDraft, Progress
from registry.storage.export_index import ExportIndex
from registry.storage.export_table import write_parquet
from registry.storage.log_store import SignedHead, StoredEvent
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.compact_range import root_of_leaves
from registry.tlog.merkle import leaf_hash

View = Callable[[], AbstractContextManager[UnitOfWork]]
Report = Callable[[str, int, int], None]
Format = Literal["jsonl", "csv", "parquet"]

STEP: Final = 5_000
"""Events between two marks: what a killed run does again at most."""
_EVENTS: Final = "data/log/events.jsonl"
_LEAVES: Final = "data/log/leaves.bin"
_CSV: Final = "data/records.csv"


def _rows_file(formats: Sequence[Format]) -> str:
    """Rows are always written as JSON Lines first; where nobody wants these, beside the export."""
    return "data/records.jsonl" if "jsonl" in formats else ".records.jsonl"


@dataclass(frozen=True, slots=True)
class ExportPress:
    """What it takes to make exports. `release` gives a checkpoint out, or refuses."""

    view: View
    release: Callable[[SignedHead], SignedHead]
    signers: Callable[[], Signers]
    place: Place


@dataclass(frozen=True, slots=True)
class Made:
    """An export that is done; `resumed`: at which event this run went on, or 0."""

    path: Path
    size: int
    at: int
    events: int
    withheld: int
    rows: int
    resumed: int


def make_export(
    press: ExportPress,
    target: Path,
    scope: Scope,
    *,
    at: str | None = None,
    formats: Sequence[Format] = ("jsonl", "csv"),
    report: Report = lambda _what, _done, _total: None,
) -> Made:
    """Writes an export of the checkpoint of size `at`, or of the newest by that moment (RFC 3339), or of the newest.

    Raises: Conflict where `target` exists, or an unfinished one of another scope lies beside it; NotFound where there
    is no such checkpoint; VerificationFailed for a log that does not hold.
    """
    draft = ExportDraft(target)
    with draft.held():
        kind, progress = wanted(scope.members(), formats), draft.progress()
        if progress is not None and progress.wanted != kind:
            raise Conflict(
                f"{draft.folder} is an unfinished export of another scope or in other formats; ask for the same "
                "again, or take it away",
                field="--out",
            )
        with press.view() as uow:
            head = press.release(_checkpoint(uow, at, progress))
        if progress is None:
            draft.begin_anew()
            progress = Progress(wanted=kind, size=head.head.size)
        draft.go_on(progress)
        resumed = progress.next
        index = None if scope.is_everything else _index(press, draft, scope, head.head.size, report)
        try:
            _write_events(press, draft, Choice(scope, index), progress, formats, report)
        finally:
            if index is not None:
                index.close()
        _finish(press, draft, head, scope, progress, formats)
    return Made(
        path=target,
        size=head.head.size,
        at=head.head.at,
        events=progress.events,
        withheld=progress.withheld,
        rows=progress.rows,
        resumed=resumed,
    )


def _checkpoint(uow: UnitOfWork, at: str | None, progress: Progress | None) -> SignedHead:
    """The checkpoint that is asked for; of an unfinished export, its own. Raises: NotFound, Conflict, InvalidInput."""
    newest = uow.log.head()
    if newest is None:
        raise NotFound("this log has no entries yet: there is nothing to export")
    if at is None:
        size = newest.head.size if progress is None else progress.size
    elif at.isascii() and at.isdigit():
        size = int(at)
    else:
        moment = parse_rfc3339(at, field="--at")
        if moment > newest.head.at:
            raise InvalidInput(
                f"the log goes as far as {rfc3339(newest.head.at)}; leave --at out for all of it",
                field="--at",
            )
        size = uow.log.size_at(moment)
    found = newest if size == newest.head.size else uow.log.checkpoint(size)
    if found is None:
        raise NotFound(
            f"no checkpoint was ever signed over exactly {size} entries; name one that was, or a moment",
            field="--at",
        )
    if progress is not None and progress.size != size:
        raise Conflict(
            f"an unfinished export of {progress.size} entries lies there; leave --at out to go on with it, or take "
            "it away",
            field="--at",
        )
    return found


def _index(
    press: ExportPress, draft: ExportDraft, scope: Scope, size: int, report: Report
) -> ExportIndex:
    index = ExportIndex(draft.folder / SCRATCH)
    if index.is_whole:
        return index
    index.begin()
    with press.view() as uow:
        for done in fill_index(index, scope, uow.log.events(0, size), _rows_within(scope)):
            if done % STEP == 0:
                report("scope", done, size)
    index.settle(covering)
    return index


def _rows_within(scope: Scope) -> Callable[[StoredEvent], Iterator[Row]]:
    def rows(stored: StoredEvent) -> Iterator[Row]:
        return rows_of(
            read_credential(stored.body),
            index=stored.seq,
            record=stored.id,
            digest=_digest_text(hashlib.sha256(stored.body).digest()),
            time=rfc3339(stored.at),
            schemes=scope.scheme,
        )

    return rows


def _digest_text(digest: bytes) -> str:
    return f"sha-256=:{base64.b64encode(digest).decode('ascii')}:"


def _write_events(
    press: ExportPress,
    draft: ExportDraft,
    choice: Choice,
    progress: Progress,
    formats: Sequence[Format],
    report: Report,
) -> None:
    """Step 2. Each part is read in a transaction of its own: what was logged does not change."""
    rows_within, encoder = _rows_within(choice.scope), msgspec.json.Encoder()
    if progress.next == 0 and "csv" in formats:
        draft.file(_CSV).write(as_csv([], header=True))
    files = [draft.file(name) for name in (_LEAVES, _EVENTS, _rows_file(formats))]
    while progress.next < progress.size:
        last = min(progress.next + STEP, progress.size)
        with press.view() as uow:
            stored_events = list(uow.log.events(progress.next, last))
        if [each.seq for each in stored_events] != list(range(progress.next, last)):
            raise VerificationFailed(
                f"an event between {progress.next} and {last} is missing in the store; run: registry fsck"
            )
        lines: list[dict[str, Any]] = []
        rows: list[Row] = []
        leaves: list[bytes] = []
        for stored in stored_events:
            leaves.append(leaf_hash(entry_of(stored).encode()))
            taken, withheld = choice.takes(stored)
            if not taken:
                continue
            lines.append(_line(stored, withheld=withheld))
            progress.withheld += withheld
            if stored.type in RECORD_TYPES:
                rows += choice.rows(rows_within(stored))
                number = read_credential(stored.body).list_number
                if number not in progress.lists:
                    progress.lists.append(number)
        written = b"".join(leaves), encoder.encode_lines(lines), encoder.encode_lines(rows)
        for file, part in zip(files, written, strict=True):
            file.write(part)
        if "csv" in formats:
            draft.file(_CSV).write(as_csv(rows))
        progress.next, progress.events = last, progress.events + len(lines)
        progress.rows += len(rows)
        draft.mark(progress)
        report("events", last, progress.size)


def _line(stored: StoredEvent, *, withheld: bool) -> dict[str, Any]:
    line: dict[str, Any] = {
        "index": stored.seq,
        "id": stored.id,
        "type": stored.type,
        "time": rfc3339(stored.at),
    }
    if not withheld:
        return line | {"body": stored.body.decode()}
    remains = msgspec.json.decode(stored.body)
    remains.pop("salt", None)
    return line | {
        "digest": _digest_text(hashlib.sha256(stored.body).digest()),
        "withheld": "scope",
        "remains": {**remains, "name": ""},
    }


def _finish(
    press: ExportPress,
    draft: ExportDraft,
    head: SignedHead,
    scope: Scope,
    progress: Progress,
    formats: Sequence[Format],
) -> None:
    """Steps 3 and 4."""
    with (draft.folder / _LEAVES).open("rb") as leaves:
        if root_of_leaves(leaves, head.head.size) != head.head.root:
            raise VerificationFailed(
                "the stored events are not those under the checkpoint, so nothing was signed; run: registry fsck"
            )
    place, signers, size = press.place, press.signers(), head.head.size
    if "parquet" in formats:
        write_parquet(
            draft.folder / _rows_file(formats),
            draft.folder / "data/records.parquet",
            COLUMNS,
            LISTS,
            lambda line: as_text(msgspec.json.decode(line)),
        )
    with press.view() as uow:
        draft.put("data/log/checkpoint", head.note.encode())
        draft.put("data/keys/did.json", keys_as_of(uow, place, size))
        for number in sorted(progress.lists):
            credential = status_list_as_of(uow, signers, place, number, head.head)
            draft.put(f"data/status/{number}.jwt", credential.encode())
    contents = Contents(head, place, scope.members(), formats, progress)
    signer = signers[KeyPurpose.ANSWERS]
    write_papers(draft, contents, signer, verification_method(place.issuer, signer.kid))
    draft.finish(name_of(contents))
