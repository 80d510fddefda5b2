"""Which acts loosen, and so wait (docs/answering.md, "What counts as loosening")."""

from collections.abc import Sequence

import msgspec

from registry.domain.declaration import Wish, statements
from registry.domain.dossiers import HeldDeclaration, Wait
from registry.domain.events import Statement, StatementEnd
from registry.domain.standing import in_force, moments
from registry.domain.vocabulary import Preference

LOOSENS_WHEN_WITHDRAWN = frozenset({Preference.DENY, Preference.CONDITIONAL})


def settled_wish(
    wish: Wish,
    declarations: Sequence[HeldDeclaration],
    rightsholder: str,
    grantee: str | None,
    *,
    now: int,
    delay: int,
) -> tuple[Statement, ...]:
    """The statements of a wish made at `now` as they go into its declaration (`settled`).

    Raises: InvalidDeclaration naming the field.
    """
    return tuple(
        [
            settled(each, declarations, rightsholder, grantee, now=now, delay=delay)
            for each in statements(wish, now)
        ]
    )


def ends_of(declaration: HeldDeclaration, *, now: int, delay: int) -> tuple[StatementEnd, ...]:
    """How a withdrawal at `now` (ms) ends what was not withdrawn before: an allow at once, the rest after `delay`."""
    ended = {
        usage
        for withdrawal in declaration.withdrawals
        if withdrawal.wait.cancelled_at is None
        for usage in withdrawal.ends
    }
    return tuple(
        StatementEnd(each.usage, now + delay if each.preference in LOOSENS_WHEN_WITHDRAWN else None)
        for each in declaration.statements
        if each.usage not in ended
    )


def settled(
    statement: Statement,
    declarations: Sequence[HeldDeclaration],
    rightsholder: str,
    grantee: str | None,
    *,
    now: int,
    delay: int,
) -> Statement:
    """The statement, made at `now`, as it goes into its declaration: what loosens gets its `takes_effect_at`,
    a conditional that takes an allow's place at once the allow's `reach`.

    `declarations` are those on the same subject so far; `delay` in ms.
    """
    if statement.preference is Preference.DENY:
        return statement
    if statement.preference is Preference.CONDITIONAL:
        slot = [
            held
            for held in declarations
            if held.grantee == grantee and held.rightsholder == rightsholder
        ]
        reach = _reach_of_allows(statement, slot, rightsholder, now)
        if reach is not None:
            return msgspec.structs.replace(statement, reach=reach)
    return msgspec.structs.replace(statement, takes_effect_at=now + delay)


def _reach_of_allows(
    statement: Statement, slot: Sequence[HeldDeclaration], rightsholder: str, now: int
) -> int | None:
    """The smallest reach of the allows in force at every moment of the statement's window; None where at
    some moment there is none.

    Looks at every moment at which what stands may change by itself (a denial that is to begin later, a
    permission that ends); as things are going, and as they would go if all that waits were cancelled.
    """
    until = statement.valid_until
    reaches: list[int] = []
    for world in (slot, [_without_waits(held, now) for held in slot]):
        checks = {statement.valid_from}
        checks |= {
            moment
            for moment in moments(world)
            if statement.valid_from < moment and (until is None or moment < until)
        }
        for moment in checks:
            standing = in_force(world, rightsholder, statement.usage, moment)
            allows = [each for each in standing if each.preference is Preference.ALLOW]
            if not allows:
                return None
            reaches += [each.reach for each in allows]
    return min(reaches)


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
