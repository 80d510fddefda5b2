"""A platform's own questions, and the proof that one of them is in the log: its leaf, the path to the hour's root, and
the receipt of the entry with that root.
"""

from dataclasses import dataclass

from registry.errors import Conflict, LogRefuses, NotFound
from registry.instants import rfc3339
from registry.services.ledger import Receipt, receipt
from registry.storage.asks import AskRoot, AskRow
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.tiles import Tree


@dataclass(frozen=True, slots=True)
class AskProof:
    """`index` and `path` lead from the row's leaf to the root of its hour; `receipt` is the root's own."""

    row: AskRow
    hour: AskRoot
    index: int
    path: tuple[bytes, ...]
    receipt: Receipt


def list_asks(uow: UnitOfWork, platform: str, after: int, limit: int) -> tuple[list[AskRow], bool]:
    """A page of a platform's questions in the order in which they were written down; are there more?"""
    found = uow.asks.of(platform, after, limit + 1)
    return found[:limit], len(found) > limit


def prove_ask(uow: UnitOfWork, platform: str, number: int) -> AskProof:
    """The proof of a platform's question.

    Raises: NotFound for one that is not there, or is another's; Conflict (`not-rooted-yet`) until its hour is logged.
    """
    row = uow.asks.find(number)
    if row is None or row.leaf.platform != platform:
        raise NotFound(
            f"there is no question {number} of yours; it was never written down, or its time is over",
            field="id",
        )
    hour, head = uow.asks.root_of(row.until), uow.log.head()
    if hour is None or hour.seq is None or hour.count is None or head is None:
        raise Conflict(
            f"this question belongs to the hour that ends at {rfc3339(row.until)}; its root is logged a minute "
            "or two after that, so ask again then",
            field="id",
            code="not-rooted-yet",
        )
    stored = uow.log.event_at(hour.seq)
    if stored is None:
        raise LogRefuses(f"the log has no event {hour.seq}")
    index = uow.asks.place_of(row)
    path = Tree(hour.count, uow.asks.tiles(row.until)).inclusion_proof(index)
    return AskProof(row, hour, index, tuple(path), receipt(uow, stored, head))
