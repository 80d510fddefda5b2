"""The journal of who did what, held against the roots in the log; and the list of roots made anew from it."""

from collections.abc import Iterable, Iterator
from typing import cast

from registry.domain.event_body import decode_body, event_type
from registry.domain.ids import is_id
from registry.domain.operator_events import ActsRooted
from registry.errors import VerificationFailed
from registry.instants import rfc3339
from registry.services.found_acts import compare_subjects
from registry.services.root_acts import tree_over
from registry.storage.acts import ActRoot, id_at
from registry.storage.log_store import StoredEvent
from registry.storage.unit_of_work import UnitOfWork

ACTS_ROOTED = event_type(ActsRooted(since=0, until=0, count=0, root=""))


def logged_act_roots(uow: UnitOfWork) -> Iterator[ActRoot]:
    """Every root over acts that the log has, in its order."""
    return map(_root, uow.log.of_types([ACTS_ROOTED]))


def act_roots_at(uow: UnitOfWork, seqs: Iterable[int]) -> Iterator[ActRoot]:
    """The roots over acts of which these are the events, by log index."""
    return map(_root, filter(None, map(uow.log.event_at, seqs)))


def _root(stored: StoredEvent) -> ActRoot:
    event = cast(ActsRooted, decode_body(stored.body))
    return ActRoot(event.until, event.since, event.count, bytes.fromhex(event.root), stored.seq)


def compare_acts(uow: UnitOfWork) -> int:
    """Holds the journal against the roots in the log. Returns how many acts were looked at.

    Raises: VerificationFailed naming the time in which one was changed, taken out or put in; also where one is not
    found by what it is about.
    """
    logged = list(logged_act_roots(uow))
    if uow.acts.roots() != logged:
        raise VerificationFailed(
            "the list of roots over acts is not what the log says; run: registry rebuild"
        )
    last = rows = 0
    for root in logged:
        if root.since != last:
            raise VerificationFailed(
                f"the acts rooted by event {root.seq} do not begin where those before ended"
            )
        last = root.until
        _check(uow, root)
        rows += root.count
    _check_outside(uow, last, rows)
    compare_subjects(uow)
    return rows


def renew_act_roots(uow: UnitOfWork) -> int:
    """Makes the list of roots anew from the log. Returns how many there are."""
    uow.acts.forget_roots()
    count = 0
    for root in list(logged_act_roots(uow)):
        uow.acts.keep_root(root)
        count += 1
    return count


def _check_outside(uow: UnitOfWork, until: int, rooted: int) -> None:
    """Beside the acts that are under a root there are only those since, and their ids say their time. So none can be
    put in where no root ever reaches."""
    strays = uow.acts.count_before(until) != rooted
    for acts in uow.acts.from_on(until):
        strays |= not all(is_id(act.id) and act.id.startswith(id_at(act.at)) for act in acts)
    if strays:
        raise VerificationFailed(
            "the journal has acts whose ids are of no time, or of another than they say: acts were put in"
        )


def _check(uow: UnitOfWork, root: ActRoot) -> None:
    tree = tree_over(uow, root.since, root.until)
    when = f"from {rfc3339(root.since)} to {rfc3339(root.until)} (event {root.seq})"
    if tree.size != root.count:
        raise VerificationFailed(
            f"the journal has {tree.size} acts {when}, but {root.count} were logged: acts were taken out or put in"
        )
    if tree.root() != root.root:
        raise VerificationFailed(
            f"the acts {when} are not those whose root was logged: an act was changed"
        )
