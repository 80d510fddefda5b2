"""Making an export of the log as of one checkpoint, so that others can check all of it offline.

1. the checkpoint is settled, and the scope: a scoped export reads the log once into an index;
2. event by event, in order: its leaf, its line, its rows; then the acts, hour by hour; durable and marked every few
   thousand: a killed run goes on;
3. the leaves have to give the checkpoint's root, or nothing is signed;
4. Parquet from the rows; keys and status lists as of the checkpoint's time; papers, manifest, bag; then its name.
Where somebody is erased meanwhile, it begins anew. Memory does not grow with the log. docs/formats.md, "Export".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from registry.domain.event_body import event_type
from registry.domain.events import RightsholderErased
from registry.errors import Conflict, InvalidInput, NotFound, VerificationFailed
from registry.instants import parse_rfc3339, rfc3339
from registry.services.export_acts import ActChoice, note_roots, write_acts
from registry.services.export_keys import keys_as_of, status_list_as_of
from registry.services.export_papers import Contents, name_of, wanted, write_papers
from registry.services.export_rows import COLUMNS, LISTS, UNLIKE
from registry.services.export_scope import Choice, Scope, covering, fill_index
from registry.services.find import the_platform, the_rightsholder
from registry.services.ledger import Place
from registry.services.signers import Signers
from registry.services.write_export import (
    LEAVES,
    STEP,
    STREAM,
    Format,
    Report,
    View,
    rows_within,
    write_events,
)
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.storage.export_draft import SCRATCH, ExportDraft, Progress
from registry.storage.export_index import ExportIndex
from registry.storage.export_table import RowTable
from registry.storage.log_store import SignedHead
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.whole_log import each_event
from registry.tlog.edge import root_of_leaves

_ERASED: Final = event_type(RightsholderErased(rightsholder="", bodies=0, remains=""))


@dataclass(frozen=True, slots=True)
class ExportPress:
    """What it takes to make exports. `release` gives a checkpoint out, or refuses."""

    view: View
    release: Callable[[SignedHead], SignedHead]
    signers: Callable[[], Signers]
    place: Place


@dataclass(frozen=True, slots=True)
class Made:
    """An export that is done; `acts`: None where none were wanted; `resumed`: at which event this run went on, or 0."""

    path: Path
    size: int
    at: int
    events: int
    withheld: int
    rows: int
    acts: int | None
    resumed: int


def make_export(
    press: ExportPress,
    target: Path,
    scope: Scope,
    *,
    at: str | None = None,
    formats: Sequence[Format] = ("jsonl", "csv"),
    acts: bool = True,
    report: Report = lambda _what, _done, _total: None,
) -> Made:
    """Writes an export of the checkpoint of size `at`, or of the newest by that moment (RFC 3339), or of the newest.

    Raises: Conflict where `target` exists, or an unfinished one of another scope lies beside it; NotFound where there
    is no such checkpoint, rightsholder or platform; VerificationFailed for a log that does not hold, or a journal of
    acts that is not as the log says.
    """
    draft = ExportDraft(target)
    with draft.held():
        kind = wanted(scope.members(), formats, acts=acts)
        progress = draft.progress()
        if progress is not None and progress.wanted != kind:
            raise Conflict(
                f"{draft.folder} is an unfinished export of another scope, in other formats, or of an earlier version; "
                "ask for the same again, or take it away",
                field="--out",
            )
        with press.view() as uow:
            if progress is not None and _has_erased_since(uow, progress.begun):
                progress = None  # what was written then has their names
            head = press.release(_checkpoint(uow, at, progress))
            _check_named(uow, scope)
            begun = _length(uow)
        if progress is None:
            draft.begin_anew()
            none = 0 if acts else None
            progress = Progress(wanted=kind, size=head.head.size, acts=none, begun=begun)
        draft.go_on(progress)
        resumed = progress.next
        index = None if scope.is_everything else _index(press, draft, scope, progress, report)
        try:
            write_events(press.view, draft, Choice(scope, index), progress, formats, report)
            if acts:
                write_acts(press.view, draft, scope, index, progress, report)
        finally:
            if index is not None:
                index.close()
        _check_not_erased(press, draft, progress)
        _finish(press, draft, head, scope, progress, formats)
    return Made(
        path=target,
        size=head.head.size,
        at=head.head.at,
        events=progress.events,
        withheld=progress.withheld,
        rows=progress.rows,
        acts=progress.acts,
        resumed=resumed,
    )


def _check_named(uow: UnitOfWork, scope: Scope) -> None:
    """An export about somebody whom nobody knows would say that they declared nothing. Raises: NotFound."""
    for id in scope.rightsholder:
        the_rightsholder(uow, id, field="--rightsholder")
    for id in scope.platform:
        the_platform(uow, id, field="--platform")


def _length(uow: UnitOfWork) -> int:
    newest = uow.log.head()
    return 0 if newest is None else newest.head.size


def _has_erased_since(uow: UnitOfWork, begun: int) -> bool:
    return bool(uow.log.of_types([_ERASED], begun))


def _check_not_erased(press: ExportPress, draft: ExportDraft, progress: Progress) -> None:
    """Parts are read one after the other: of somebody who was erased meanwhile some have the name and some have not.
    They are taken away. Raises: Conflict."""
    with press.view() as uow:
        if not _has_erased_since(uow, progress.begun):
            return
    draft.begin_anew()
    raise Conflict(
        "somebody was erased while this export was written, so it was thrown away; ask for the same again"
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
    press: ExportPress, draft: ExportDraft, scope: Scope, progress: Progress, report: Report
) -> ExportIndex:
    index, size = ExportIndex(draft.folder / SCRATCH), progress.size
    if index.is_whole:
        return index
    index.begin()
    with press.view() as uow:
        events = each_event(uow.connection, 0, size)
        for done in fill_index(index, scope, events, rows_within(scope)):
            if done % STEP == 0:
                report("scope", done, size)
    if progress.acts is not None:
        note_roots(press.view, ActChoice(scope, index), index, size)
    index.settle(covering)
    return index


def _finish(
    press: ExportPress,
    draft: ExportDraft,
    head: SignedHead,
    scope: Scope,
    progress: Progress,
    formats: Sequence[Format],
) -> None:
    """Steps 3 and 4."""
    with (draft.folder / LEAVES).open("rb") as leaves:
        if root_of_leaves(leaves, head.head.size) != head.head.root:
            raise VerificationFailed(
                "the stored events are not those under the checkpoint, so nothing was signed; run: registry fsck"
            )
    place, signers = press.place, press.signers()
    if "parquet" in formats:
        table = RowTable(COLUMNS, LISTS, UNLIKE)
        table.write_parquet(draft.folder / STREAM, draft.folder / "data/records.parquet")
    with press.view() as uow:
        draft.put("data/log/checkpoint", head.note.encode())
        draft.put("data/keys/did.json", keys_as_of(uow, place, progress.keys))
        for number in sorted(progress.lists):
            credential = status_list_as_of(uow, signers, place, number, head.head)
            draft.put(f"data/status/{number}.jwt", credential.encode())
    contents = Contents(head, place, scope.members(), formats, progress)
    signer = signers[KeyPurpose.ANSWERS]
    write_papers(draft, contents, signer, verification_method(place.issuer, signer.kid))
    draft.finish(name_of(contents))
