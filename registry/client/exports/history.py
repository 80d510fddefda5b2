"""The events, records and rows of an export in one pass over the log: steps 4 to 6 of `verify`.

docs/formats.md, "Export". Of several things that are wrong the first in the log is told. Nothing is remembered of an
event but what later ones are held against, so that a long log takes no more memory than a short one.
"""

from contextlib import ExitStack
from typing import Final, Protocol

from registry.client.exports.acts import ActRoots
from registry.client.exports.contents import Contents
from registry.client.exports.log_events import EVENTS, RECORDS, logged_events
from registry.client.exports.log_keys import LogKeys
from registry.client.exports.manifest import Manifest
from registry.client.exports.records import Records
from registry.client.exports.rows import Selection, open_rows
from registry.client.exports.status import Statuses
from registry.domain.erasure import ErasedBodies

LEAVES: Final = "data/log/leaves.bin"


class Counts(Protocol):
    """What is counted on the way, as far as it leads."""

    time: str | None
    events: int
    withheld: int
    erased: int
    records: int
    rows: int
    doubtful: int
    unsettled: list[str]


def check_history(
    contents: Contents,
    manifest: Manifest,
    keys: LogKeys,
    statuses: Statuses,
    roots: ActRoots,
    counts: Counts,
) -> set[str]:
    """Tells `keys`, `statuses` and `roots` what they have to know of each event. Returns the works that rows name,
    where there is a scope. What is left of erased bodies can be held against the events that erased them only where
    all are there: without a scope.

    Raises: VerificationFailed (`event`, `key`, `record`, `rows`, `act`, `bag`).
    """
    selection, gone, scoped = Selection(manifest.scope), ErasedBodies(), bool(manifest.scope)
    with ExitStack() as stack:
        rows = open_rows(contents, stack)
        records = Records(keys, statuses, selection, rows)
        lines = stack.enter_context(contents.opened(EVENTS))
        leaves = stack.enter_context(contents.opened(LEAVES))
        try:
            for event, digest in logged_events(lines, leaves, whole=not scoped):
                counts.events += 1
                counts.time = event.time
                if event.body is None:
                    event.check_withheld(scoped=scoped)
                    counts.withheld += 1
                    if event.withheld == "erased":
                        counts.erased += 1
                        gone.note(event.index, event.erased_by, event.remaining())
                elif event.type in RECORDS:
                    counts.records += 1
                    records.add(event, digest)
                    continue
                if event.type == "rightsholder.erased" and not scoped:
                    gone.settle(event.index, event.sequenced().event)
                keys.apply(event)
                roots.apply(event)
        finally:
            records.settle()  # those before the event that is wrong
        rows.end()
        if not scoped:
            gone.check_settled(manifest.size)
        counts.rows = rows.count
        counts.unsettled += rows.unread
    counts.doubtful = keys.doubtful()
    return selection.works
