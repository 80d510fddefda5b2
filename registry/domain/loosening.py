"""Which acts loosen, and so wait (docs/answering.md, "What counts as loosening")."""

from collections.abc import Sequence

import msgspec

from registry.domain.dossiers import HeldDeclaration, Wait
from registry.domain.events import Statement
from registry.domain.standing import Standing, in_force, moments
from registry.domain.vocabulary import Preference

LOOSENS_WHEN_WITHDRAWN = frozenset({Preference.DENY, Preference.CONDITIONAL})


def statement_loosens(
    statement: Statement,
    declarations: Sequence[HeldDeclaration],
    rightsholder: str,
    grantee: str | None,
    *,
    now: int,
) -> bool:
    """Would this statement, made at `now`, allow more than what already stands in its slot?

    `declarations` are those on the same subject so far. Looks at every moment of the
    statement's window at which what stands may change by itself (a denial that is to begin later, a
    permission that ends); as things are going, and as they would go if all that waits were cancelled.
    """
    if statement.preference is Preference.DENY:
        return False
    slot = [
        held
        for held in declarations
        if held.grantee == grantee and held.rightsholder == rightsholder
    ]
    return any(
        _allows_more(statement, world, rightsholder)
        for world in (slot, [_without_waits(held, now) for held in slot])
    )


def _allows_more(statement: Statement, slot: Sequence[HeldDeclaration], rightsholder: str) -> bool:
    until = statement.valid_until
    checks = {statement.valid_from}
    checks |= {
        moment
        for moment in moments(slot)
        if statement.valid_from < moment and (until is None or moment < until)
    }
    for moment in checks:
        standing = in_force(slot, rightsholder, statement.usage, moment)
        if not any(_as_permissive(each, statement) for each in standing):
            return True
    return False


def _without_waits(held: HeldDeclaration, now: int) -> HeldDeclaration:
    """The declaration as it would be if whatever of it has not taken effect by `now` were cancelled."""
    withdrawals = [
        msgspec.structs.replace(each, wait=_cancelled(each.wait, now)) for each in held.withdrawals
    ]
    return msgspec.structs.replace(held, wait=_cancelled(held.wait, now), withdrawals=withdrawals)


def _cancelled(wait: Wait, now: int) -> Wait:
    """A cancellation at `now` does nothing to what took effect before (`Wait.effect`)."""
    if wait.cancelled_at is not None:
        return wait
    return msgspec.structs.replace(wait, cancelled_at=now)


def _as_permissive(standing: Standing, statement: Statement) -> bool:
    if standing.preference is Preference.ALLOW:
        return True
    return (
        standing.preference is Preference.CONDITIONAL
        and statement.preference is Preference.CONDITIONAL
        and standing.statement.conditions == statement.conditions
    )
