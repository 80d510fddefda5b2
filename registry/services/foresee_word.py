"""What a declaration or a withdrawal would change, without making it: by the rules themselves, on copies.

It compares what of a rightsholder's word on one subject is in force before, at once, and once nothing of it waits any
more (docs/answering.md, section 3). What a platform is told rests on more: on proof, and on others' words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from registry.domain.declaration import Wish
from registry.domain.dossiers import HeldDeclaration, HeldWithdrawal, Wait
from registry.domain.events import StatementEnd
from registry.domain.loosening import ends_of, settled_wish
from registry.domain.standing import end_of, in_force
from registry.domain.vocabulary import Usage


@dataclass(frozen=True, slots=True)
class InForce:
    """What speaks: a preference, or "" where nothing does. `pending`: an "ask first" that waits, and so says no; one
    that was stopped says no and waits for nothing."""

    preference: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One use, for everybody or one platform (`grantee`): before, at once, and in the end. `waits`: it loosens."""

    usage: Usage
    grantee: str | None
    before: InForce
    at_once: InForce
    in_the_end: InForce
    waits: bool


def foresee_declaration(
    declarations: Sequence[HeldDeclaration],
    rightsholder: str,
    wish: Wish,
    grantee: str | None,
    *,
    now: int,
    delay: int,
) -> tuple[Foreseen, ...]:
    """What a wish would change, use by use. `declarations`: those on the subject so far; `now`, `delay` in ms.

    Raises: InvalidDeclaration naming the field.
    """
    said = settled_wish(wish, declarations, rightsholder, grantee, now=now, delay=delay)
    new = HeldDeclaration(
        wait=Wait(id="", confirmed_at=now),
        seq=1 + max((each.seq for each in declarations), default=0),
        at=now,
        digest="",
        rightsholder=rightsholder,
        statements=list(said),
        grantee=grantee,
    )
    then = [*declarations, new]
    slots = [(each.usage, grantee, each.takes_effect_at is not None) for each in said]
    return _compared(declarations, then, rightsholder, slots, now, delay)


def foresee_withdrawal(
    declarations: Sequence[HeldDeclaration],
    rightsholder: str,
    withdrawn: Iterable[HeldDeclaration],
    *,
    now: int,
    delay: int,
) -> tuple[Foreseen, ...]:
    """What it would change to withdraw these of the declarations, use by use and platform by platform."""
    ends = {each.id: ends_of(each, now=now, delay=delay) for each in withdrawn}
    then = [
        _withdrawn(each, ends[each.id], now) if each.id in ends else each for each in declarations
    ]
    loosens: dict[tuple[Usage, str | None], bool] = {}
    for each in declarations:
        for end in ends.get(each.id, ()):
            slot = (end.usage, each.grantee)
            loosens[slot] = loosens.get(slot, False) or end.takes_effect_at is not None
    order = list(Usage)
    slots = sorted(
        ((usage, grantee, waits) for (usage, grantee), waits in loosens.items()),
        key=lambda slot: (slot[1] or "", order.index(slot[0])),
    )
    return _compared(declarations, then, rightsholder, slots, now, delay)


def _withdrawn(
    declaration: HeldDeclaration, ends: Iterable[StatementEnd], now: int
) -> HeldDeclaration:
    ended = HeldWithdrawal(
        wait=Wait(id="", confirmed_at=now),
        at=now,
        ends={end.usage: end.takes_effect_at for end in ends},
        digest="",
    )
    return msgspec.structs.replace(declaration, withdrawals=[*declaration.withdrawals, ended])


def withdrawable(
    declarations: Iterable[HeldDeclaration], rightsholder: str, now: int
) -> list[HeldDeclaration]:
    """This rightsholder's declarations of which something stands, or would speak again or later: not over by `now`, and
    with nothing that ends it on its way."""
    return [
        each
        for each in declarations
        if each.rightsholder == rightsholder
        and any(_goes_on(each, statement.usage, now) for statement in each.statements)
    ]


def _goes_on(declaration: HeldDeclaration, usage: Usage, now: int) -> bool:
    taken_back = any(
        usage in withdrawal.ends and withdrawal.wait.cancelled_at is None
        for withdrawal in declaration.withdrawals
    )
    ends = [end_of(declaration, each) for each in declaration.statements if each.usage is usage]
    return not taken_back and any(end is None or end > now for end in ends)


def _compared(
    before: Sequence[HeldDeclaration],
    then: Sequence[HeldDeclaration],
    rightsholder: str,
    slots: Iterable[tuple[Usage, str | None, bool]],
    now: int,
    delay: int,
) -> tuple[Foreseen, ...]:
    return tuple(
        Foreseen(
            usage,
            grantee,
            in_slot(before, rightsholder, usage, grantee, now),
            in_slot(then, rightsholder, usage, grantee, now),
            in_slot(then, rightsholder, usage, grantee, now + delay if waits else now),
            waits,
        )
        for usage, grantee, waits in slots
    )


def in_slot(
    declarations: Iterable[HeldDeclaration],
    rightsholder: str,
    usage: Usage,
    grantee: str | None,
    t: int,
) -> InForce:
    """What this rightsholder's word on a subject is at `t` (ms), for everybody or for one platform."""
    for each in in_force(declarations, rightsholder, usage, t):
        if each.grantee == grantee:
            stopped = each.declaration.wait.cancelled_at
            return InForce(each.preference.value, each.pending and (stopped is None or stopped > t))
    return InForce()
