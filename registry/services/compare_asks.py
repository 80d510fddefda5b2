"""The books of what platforms asked, held against the roots in the log; and the list of roots made anew from it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from registry.domain.event_body import decode_body, event_type
from registry.domain.operator_events import AsksRooted
from registry.errors import VerificationFailed
from registry.instants import rfc3339
from registry.services.root_asks import tree_of
from registry.storage.asks import AskRoot
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.tiles import TileReader

_TYPE = event_type(AsksRooted(since=0, until=0, count=0, root=""))


def logged_roots(uow: UnitOfWork) -> Iterator[AskRoot]:
    """Every root that the log has, in its order."""
    for stored in uow.log.of_types([_TYPE]):
        event = cast(AsksRooted, decode_body(stored.body))
        root = bytes.fromhex(event.root)
        yield AskRoot(event.until, event.since, event.count, root, stored.seq)


def compare_asks(uow: UnitOfWork) -> int:
    """Holds the list of roots against the log, and the rows and tiles of every hour against its root.

    Returns how many rows were looked at. Raises: VerificationFailed naming the hour.
    """
    listed = {each.until: each for each in uow.asks.roots() if each.seq is not None}
    last = None
    rows = 0
    for logged in logged_roots(uow):
        if last is not None and logged.since != last:
            raise VerificationFailed(
                f"the hour of questions that ends at {rfc3339(logged.until)} (event {logged.seq}) does not begin "
                "where the one before it ended"
            )
        last = logged.until
        row = listed.pop(logged.until, None)
        if row is None or replace(row, forgotten_at=None) != logged:
            raise VerificationFailed(
                f"the list of roots does not have the one of event {logged.seq}; run: registry rebuild"
            )
        if row.forgotten_at is None:
            _check_rows(uow, logged)
            rows += logged.count or 0
    for row in listed.values():
        raise VerificationFailed(
            f"the list of roots has one of event {row.seq} that is not in the log; run: registry rebuild"
        )
    return rows


def renew_roots(uow: UnitOfWork) -> int:
    """Makes the list of roots anew from the log. Returns how many there are."""
    there = {each.until: each for each in uow.asks.empty_roots()}
    count = 0
    for root in logged_roots(uow):
        before = there.pop(root.until, root)
        uow.asks.keep_root(replace(root, forgotten_at=before.forgotten_at))
        count += 1
    for left in there.values():
        if left.seq is None:  # closed, and its root is yet to be logged
            uow.asks.keep_root(left)
    return count


def _check_rows(uow: UnitOfWork, logged: AskRoot) -> None:
    tree = tree_of(uow, logged.until)
    named = f"the hour that ends at {rfc3339(logged.until)} (event {logged.seq})"
    if tree.size != logged.count:
        raise VerificationFailed(
            f"{named} has {tree.size} questions, but {logged.count} were logged: rows were removed or added"
        )
    if tree.root() != logged.root:
        raise VerificationFailed(
            f"the questions of {named} are not those whose root was logged: a row was changed"
        )
    kept = uow.asks.tiles(logged.until)
    for (level, index), hashes in tree.tiles.items():
        if level and _tile(kept, level, index) != hashes:
            raise VerificationFailed(
                f"tile {level}/{index} of {named} is not made of its questions"
            )


def _tile(kept: TileReader, level: int, index: int) -> bytes | None:
    try:
        return kept.read_tile(level, index)
    except LookupError:
        return None
