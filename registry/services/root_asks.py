"""Closing an hour of questions: the root of the tree over them goes into the log, once.

1. close: from this transaction on no question can be written into the hour (`registry.storage.asks`);
2. the tree over its rows, in a transaction that only reads: an hour may hold millions;
3. one event with the root, the tiles above the leaves, and the mark that it is done: one transaction.
Killed in between, the next run goes on with the hour that is closed and has no root yet.
"""

from dataclasses import dataclass
from typing import Final

from registry.domain.operator_events import AsksRooted
from registry.instants import HOUR_MS, SECOND_MS
from registry.services.actor import REGISTRY
from registry.services.ledger import Ledger
from registry.storage.asks import AskRoot
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.tiles import Tree, append_leaves

GRACE_MS: Final = 60 * SECOND_MS
"""How long after its end an hour is still open to what comes a little late."""


@dataclass(frozen=True, slots=True)
class GrownTree:
    """A tree in memory: its size, and its tiles by level and index."""

    size: int
    tiles: dict[tuple[int, int], bytes]

    def read_tile(self, level: int, index: int) -> bytes:
        """Raises: LookupError."""
        return self.tiles[level, index]

    def root(self) -> bytes:
        """Its Merkle tree hash, RFC 6962 section 2.1."""
        return Tree(self.size, self).root()


def close_hour(uow: UnitOfWork, now: int) -> AskRoot | None:
    """Closes the first hour that has questions and is over. None: there is no such hour.

    Gives first what was closed before and has no root yet.
    """
    found = uow.asks.unfinished()
    if found is not None:
        return found
    until = uow.asks.first_open()
    if until is None or until + GRACE_MS > now:
        return None
    before = uow.asks.closed_until()
    closed = AskRoot(until, until - HOUR_MS if before is None else before)
    uow.asks.keep_root(closed)
    return closed


def tree_of(uow: UnitOfWork, until: int) -> GrownTree:
    """The tree over an hour's questions, out of the rows. Its full tiles of leaves are not kept."""
    edge = GrownTree(0, {})
    size = 0
    for leaves in uow.asks.leaves(until):
        edge.tiles.update(append_leaves(size, leaves, edge))
        size += len(leaves)
    return GrownTree(size, edge.tiles)


def log_root(ledger: Ledger, hour: AskRoot, tree: GrownTree) -> bool:
    """Logs the root of an hour that was closed. False: somebody has done so meanwhile."""
    asks = ledger.uow.asks
    standing = asks.root_of(hour.until)
    if standing is None or standing.seq is not None:
        return False
    root = tree.root()
    event = AsksRooted(since=hour.since, until=hour.until, count=tree.size, root=root.hex())
    entry = ledger.append(event, REGISTRY)
    asks.keep_tiles(hour.until, tree.tiles)
    asks.settle(hour.until, tree.size, root, entry.seq)
    return True
