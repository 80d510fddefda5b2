"""Rooting the journal: once an hour the root of the tree over who did what goes into the log, so that an act that was
changed, taken out or put in afterwards shows (docs/adr/0028-the-audit-trail.md).

1. the tree over the acts of the time that is over, in a transaction that only reads;
2. one event with the root, and its row in the list of roots: one transaction. Whoever comes second does nothing.
"""

from typing import Final

from registry.domain.operator_events import ActsRooted
from registry.instants import HOUR_MS, SECOND_MS
from registry.services.actor import REGISTRY
from registry.services.ledger import Ledger
from registry.storage.acts import ActRoot
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.edge import Edge
from registry.tlog.merkle import leaf_hash

GRACE_MS: Final = 10 * 60 * SECOND_MS
"""How long after its end an hour is left open: the time of an act is taken before its transaction waits for others."""
BY_ITSELF: Final = ("acts.rooted", "asks.rooted")
"""Acts for which alone no root is logged: else each root would give rise to the next."""


def due_until(uow: UnitOfWork, now: int) -> tuple[int, int] | None:
    """From when to when (ms) acts are to be rooted now, if any are."""
    since, over = uow.acts.rooted_until(), (now - GRACE_MS) // HOUR_MS * HOUR_MS
    if over <= since or not uow.acts.count_within(since, over, BY_ITSELF):
        return None
    return since, over


def tree_over(uow: UnitOfWork, since: int, until: int) -> Edge:
    """The tree over the acts of this time (RFC 6962, section 2.1). Holds one chunk of them in memory."""
    edge = Edge()
    for entries in uow.acts.entries(since, until):
        edge.append([leaf_hash(each.form) for each in entries])
    return edge


def log_acts_root(ledger: Ledger, since: int, until: int, tree: Edge) -> bool:
    """Logs the root. False: somebody has done so meanwhile."""
    acts = ledger.uow.acts
    if acts.rooted_until() != since:
        return False
    root = tree.root()
    event = ActsRooted(since=since, until=until, count=tree.size, root=root.hex())
    entry = ledger.append(event, REGISTRY)
    acts.keep_root(ActRoot(until, since, tree.size, root, entry.seq))
    return True
