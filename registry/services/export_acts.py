"""The acts of an export: who did what, up to the last root over the journal that the checkpoint has.

docs/formats.md, "Export"; why so: docs/adr/0030-acts-in-exports.md. Without a scope, every act with its leaf hash. With
one, the acts of the scope alone, each with the way to the root of its hour. Nothing is written that the log does not
bear out. An hour is done as a whole: a run that was killed begins the hour anew.
"""

from array import array
from base64 import b64encode
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any, Final

import msgspec

from registry.domain.ids import first_id
from registry.errors import VerificationFailed
from registry.instants import parse_rfc3339, rfc3339
from registry.services.compare_acts import act_roots_at, logged_act_roots
from registry.services.export_scope import Scope
from registry.services.write_export import Report, View
from registry.storage.acts import ActRoot
from registry.storage.export_draft import ExportDraft, Growing, Progress
from registry.storage.export_index import ExportIndex
from registry.storage.scratch_tree import ScratchTree
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.whole_journal import Entry, read_entries
from registry.tlog.edge import Edge
from registry.tlog.merkle import leaf_hash

ACTS: Final = "data/acts.jsonl"
ACT_LEAVES: Final = "data/log/act-leaves.bin"
ACT_PROOFS: Final = "data/log/act-proofs.jsonl"
_STEP: Final = 10_000
"""Acts between two marks, at least."""
_EVER: Final = 1 << 48


class _Proof(msgspec.Struct, gc=False):
    """A line: the event with the root, the act's place under it, and the way there."""

    event: int
    index: int
    proof: list[str]


class ActChoice:
    """Which acts a scope takes in: those about whom it names, where it narrows by nothing but names and times; else
    those by which its records were made."""

    def __init__(self, scope: Scope, index: ExportIndex) -> None:
        self._index = index
        named = [each for each in (scope.rightsholder, scope.platform) if each]
        self._about = [] if scope.category or scope.decision or scope.scheme else named
        self._since = 0 if scope.since is None else parse_rfc3339(scope.since)
        self._until = _EVER if scope.until is None else parse_rfc3339(scope.until)

    def any_under(self, uow: UnitOfWork, root: ActRoot) -> bool:
        """Is one of them under this root?"""
        if not self._about:
            return self._index.has_record_between(rfc3339(root.since), rfc3339(root.until))
        first, last = first_id(root.since), first_id(root.until)
        return bool(self._found(uow, first, last, most=1))

    def among(self, uow: UnitOfWork, entries: Sequence[Entry]) -> set[str]:
        """The ids of those that are among these acts, which are in order."""
        if not self._about:
            records = self._index.has_record
            return {each.id for each in entries if each.seq is not None and records(each.seq)}
        return self._found(uow, entries[0].id, entries[-1].id, most=len(entries))

    def _found(self, uow: UnitOfWork, first: str, last: str, most: int) -> set[str]:
        first = max(first, first_id(self._since))
        last = min(last, first_id(self._until)) if self._until < _EVER else last
        return uow.acts.about(self._about, first, last, most=most)


def note_roots(view: View, choice: ActChoice, index: ExportIndex, size: int) -> None:
    """Has the export take in the events with the roots over acts of the scope. The log was read into `index`."""
    with view() as uow:
        for root in _roots(uow, size):
            if choice.any_under(uow, root):
                index.take_always(root.seq)


def write_acts(
    view: View,
    draft: ExportDraft,
    scope: Scope,
    index: ExportIndex | None,
    progress: Progress,
    report: Report,
) -> None:
    """Goes on where `progress` says. `index`: of the scope, if there is one.

    Raises: VerificationFailed where the journal is not what the log says of it.
    """
    with view() as uow:
        roots = list(act_roots_at(uow, progress.roots))
    choice = None if index is None else ActChoice(scope, index)
    lines = draft.file(ACTS)
    others = draft.file(ACT_LEAVES if choice is None else ACT_PROOFS)
    if not progress.act_roots:  # what an earlier run wrote before it marked anything does not count
        lines.truncate(0)
        others.truncate(0)
    total, done, marked = sum(root.count for root in roots), 0, 0
    for number, root in enumerate(roots, 1):
        done += root.count
        if number <= progress.act_roots:
            marked = done
            continue
        if choice is None:
            written = _write_all(view, root, lines, others)
        else:
            written = _write_some(view, root, choice, draft, lines, others)
        progress.acts = (progress.acts or 0) + written
        progress.act_roots = number
        if done - marked >= _STEP:
            draft.mark(progress)
            report("acts", done, total)
            marked = done
    draft.mark(progress)


def _roots(uow: UnitOfWork, size: int) -> Iterator[ActRoot]:
    return (root for root in logged_act_roots(uow) if root.seq < size)


def _parts(view: View, root: ActRoot) -> Iterator[list[Entry]]:
    """The acts under a root, each part in a transaction of its own: what is rooted does not change."""
    last, until = first_id(root.since), first_id(root.until)
    while True:
        with view() as uow:
            part = read_entries(uow.connection, last, until)
        if not part:
            return
        yield part
        last = part[-1].id


def _write_all(view: View, root: ActRoot, lines: Growing, leaves: Growing) -> int:
    """Every act under a root, with its leaf hash. Returns how many."""
    tree = Edge()
    for part in _parts(view, root):
        hashes = [leaf_hash(each.form) for each in part]
        tree.append(hashes)
        lines.write(_as_lines(part))
        leaves.write(b"".join(hashes))
    _check(tree, root)
    return tree.size


def _write_some(
    view: View,
    root: ActRoot,
    choice: ActChoice,
    draft: ExportDraft,
    lines: Growing,
    proofs: Growing,
) -> int:
    """The acts of the scope under a root, with their proofs. Returns how many."""
    places = array("Q")
    with TemporaryFile(dir=draft.folder) as lowest:
        tree = ScratchTree(lowest)
        for part in _parts(view, root):
            with view() as uow:
                chosen = choice.among(uow, part)
            places.extend(
                place for place, each in enumerate(part, tree.edge.size) if each.id in chosen
            )
            lines.write(_as_lines([each for each in part if each.id in chosen]))
            tree.append([leaf_hash(each.form) for each in part])
        _check(tree.edge, root)
        encode = msgspec.json.Encoder().encode
        for place, path in zip(places, tree.proofs(places), strict=True):
            proof = _Proof(root.seq, place, [b64encode(each).decode() for each in path])
            proofs.write(encode(proof) + b"\n")
    return len(places)


def _as_lines(part: Sequence[Entry]) -> bytes:
    return b"".join([each.form + b"\n" for each in part])


def _check(tree: Edge, root: ActRoot) -> None:
    if (tree.size, tree.root()) != (root.count, root.root):
        raise VerificationFailed(
            f"the journal from {rfc3339(root.since)} to {rfc3339(root.until)} is not what the log says of it (event "
            f"{root.seq}), so nothing was signed; see: registry acts check. An export without acts can be made"
        )


def acts_schema() -> dict[str, Any]:
    """The Table Schema (Data Package 1) of the acts."""
    kinds = {"at": "integer", "seq": "integer", "v": "integer", "details": "object"}
    names = ("act", "actor", "at", "authority", "details", "id", "seq", "session", "v", "way")
    optional = ("seq", "session", "way")
    fields = [
        {"name": name, "type": kinds.get(name, "string")}
        | ({} if name in optional else {"constraints": {"required": True}})
        for name in names
    ]
    return {"fields": fields, "primaryKey": "id"}
