"""Verifying an export, offline, with nothing but the log's verifier key. It stops at the first thing that is wrong.

 1. the bag: every file is the one that it names, and there is no other;
 2. the checkpoint is signed by the log, and the manifest is of it;
 3. the leaves give its root, and so do the first of them for every head that the reader kept;
 4. each event is what the log has at its place; none is missing where the export has no scope; times never fall;
 5. each record is signed by a key that the log had for records then, and is the record of its entry; the declarant's
    own signature holds where there is one;
 6. each row is what its record says, and there is no other;
 7. each act is the one over which the log has the root, and none of them is missing where there is no scope;
 8. the manifest is signed by a key of the log for answers, and counts what is there; did.json and the status lists;
 9. answers on file, worked out anew from the events below them (`judging`).
Format and order: docs/formats.md, "Export".
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from registry.client.exports.acts import ActRoots, check_acts
from registry.client.exports.asked import Asked, check_journal, is_journal, read_asked
from registry.client.exports.contents import Contents, FileDigest, check_bag
from registry.client.exports.heads import Head, log_keys_of, read_head, verify_head
from registry.client.exports.history import LEAVES, check_history
from registry.client.exports.judging import Verdict, judge
from registry.client.exports.log_keys import LogKeys
from registry.client.exports.manifest import MANIFEST, Manifest, check_manifest, read_manifest
from registry.client.exports.status import Statuses
from registry.client.published import PublishedKeys
from registry.errors import RegistryError, VerificationFailed
from registry.signing.jws import parse_json_object
from registry.signing.note import parse_vkey
from registry.tlog.edge import roots_of_leaves

MEANINGS: Final = {
    "bag": "The folder is not as it was made: a file was changed, lost or added on the way. Take another copy.",
    "checkpoint": "This does not come from the log whose key you trust, or from somebody who changed its head.",
    "head": "The log does not continue what you kept: it was rolled back, forked, or rewritten. Keep both: together "
    "they prove it.",
    "log": "The leaves are not those of the log's checkpoint: something in the log was left out, changed or swapped.",
    "event": "What happened is not told as the log committed to it.",
    "key": "Somebody signed with a key that did not count, or keys were added that the log does not know.",
    "record": "A record was not signed by the registry as it stands here.",
    "act": "Who did what is not told as it was written down: an act was changed, left out, put in or moved since the "
    "log had the root over it.",
    "rows": "The table says something else than the signed records.",
    "manifest": "The export does not say truly what it is: of which log, scope and files.",
    "status": "A status list is not the registry's, or says something else than the log.",
    "answer": "By this log, a platform was not given the right answer, or what is on file is not what it was given.",
}
"""What it means that something is wrong, by code."""


@dataclass(slots=True)
class Report:
    """What was looked at, and the first thing that is wrong. `unsettled`: what could not be judged, in words;
    `erased`: bodies of which only what the rules need is left, on the word that the registry logged with it;
    `acts`: None where there are none in it; `acts_until`: up to when they go, without a scope;
    `doubtful`: records signed since their key may have been in other hands."""

    path: str
    origin: str | None = None
    size: int = 0
    time: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    files: int = 0
    events: int = 0
    withheld: int = 0
    erased: int = 0
    records: int = 0
    rows: int = 0
    acts: int | None = None
    acts_until: str | None = None
    doubtful: int = 0
    heads: list[str] = field(default_factory=list)
    answers: int = 0
    right: int = 0
    unsettled: list[str] = field(default_factory=list)
    wrong: str | None = None
    where: str | None = None
    code: str | None = None

    @property
    def holds(self) -> bool:
        return self.wrong is None

    @property
    def meaning(self) -> str | None:
        return MEANINGS.get(self.code or "")


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the reader brings: the log's verifier keys, heads kept before (checkpoints, or older exports), and files of
    answers. `replay`: fold the events, so that status lists are held against them too. `newer`: the registry's keys as
    published later, pinned, for an export of an older checkpoint that was signed with a newer key."""

    log_keys: Sequence[str] = ()
    heads: Sequence[Path] = ()
    asked: Sequence[Path] = ()
    replay: bool = False
    newer: PublishedKeys | None = None


def verify_export(path: Path, trusted: Trusted) -> Report:
    """Checks everything. What is wrong is in the report.

    Raises: InvalidInput where there is nothing to check, KeyRefused for a verifier key that is none.
    """
    for key in trusted.log_keys:
        parse_vkey(key)
    report = Report(str(path))
    try:
        with closing(Contents(path)) as contents:
            _verify(contents, trusted, report)
    except RegistryError as error:
        if error.field in ("PATH", "--head", "--asked"):
            raise
        code = error.code if error.code in MEANINGS else "manifest"
        report.wrong, report.where, report.code = error.message, error.field, code
    return report


def _verify(contents: Contents, trusted: Trusted, report: Report) -> None:
    digests = check_bag(contents)
    report.files = len(digests)
    manifest = read_manifest(contents.text(MANIFEST))
    report.origin, report.size, report.scope = manifest.origin, manifest.size, manifest.scope
    log_keys = list(trusted.log_keys) or log_keys_of(contents, manifest)
    if not trusted.log_keys:
        report.unsettled.append(
            "whose log this is: no key was given, so it is only shown to agree with itself (--key)"
        )
    root = verify_head(contents.text("data/log/checkpoint"), log_keys, manifest)
    heads = [read_head(each, log_keys) for each in trusted.heads]
    asked: list[Asked] = []
    for each in trusted.asked:
        found = list(read_asked(each))
        if not found:
            report.unsettled.append(f"{each.name}: there is no answer in it")
        asked += found
    _check_tree(contents, manifest, root, heads, asked, report)
    roots = ActRoots()
    keys = LogKeys(manifest.issuer, trusted.newer)
    statuses = Statuses(manifest, keep=trusted.replay)
    works = check_history(contents, manifest, keys, statuses, roots, report)
    check_acts(contents, manifest.acts, roots, scoped=bool(manifest.scope))
    report.acts = manifest.acts
    report.acts_until = roots.until if manifest.acts is not None and not manifest.scope else None
    check_manifest(contents.text(MANIFEST), manifest, keys, digests, report)
    _check_papers(contents, keys, digests, statuses)
    for each in trusted.asked:
        if is_journal(each):
            check_journal(each, keys)
    if asked or trusted.replay:
        held = statuses if trusted.replay else None
        for verdict in judge(contents, manifest, keys, asked, works, held):
            _take(verdict, report)


def _check_tree(
    contents: Contents,
    manifest: Manifest,
    root: bytes,
    heads: Sequence[Head],
    asked: Sequence[Asked],
    report: Report,
) -> None:
    """Step 3."""
    for head in heads:
        if head.size > manifest.size:
            raise VerificationFailed(
                f"the export ends at {manifest.size} entries, and the log had {head.size} when {head.name} was kept",
                field=head.name,
                code="head",
            )
    sizes = [head.size for head in heads] + [one.size for one in asked]
    try:
        with contents.opened(LEAVES) as leaves:
            roots = roots_of_leaves(leaves, manifest.size, sizes)
    except VerificationFailed as error:
        raise VerificationFailed(error.message, field=LEAVES, code="log") from error
    for head in heads:
        if roots[head.size] != head.root:
            raise VerificationFailed(
                f"the first {head.size} entries are not those of {head.name}: this is another history",
                field=head.name,
                code="head",
            )
        report.heads.append(f"{head.name}: {head.size} entries")
    if roots[manifest.size] != root:
        raise VerificationFailed(
            f"the {manifest.size} leaf hashes do not give the root under the checkpoint",
            field=LEAVES,
            code="log",
        )
    for one in asked:
        if one.size in roots and roots[one.size] != one.root:
            raise VerificationFailed(
                f"{one.name} was answered at {one.size} entries of another history than this",
                field=one.name,
                code="answer",
            )


def _check_papers(
    contents: Contents,
    keys: LogKeys,
    digests: Mapping[str, FileDigest],
    statuses: Statuses,
) -> None:
    """Step 8, after the manifest: did.json, and the status lists."""
    keys.check_document(parse_json_object(contents.read("data/keys/did.json"), "did.json"))
    for name in sorted(digests):
        if name.startswith("data/status/"):
            statuses.read(name, contents.text(name), keys)
    statuses.check_complete()


def _take(verdict: Verdict, report: Report) -> None:
    """Step 9, one answer. Raises: VerificationFailed (`answer`) for one that was wrong."""
    report.answers += 1
    if verdict.wrong is not None:
        raise VerificationFailed(
            f"{verdict.name}: {verdict.wrong}", field=verdict.name, code="answer"
        )
    if verdict.unsettled is None:
        report.right += 1
    else:
        report.unsettled.append(f"{verdict.name}: {verdict.unsettled}")
