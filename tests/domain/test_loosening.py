"""What waits, row by row of docs/answering.md, and that nothing gets more permissive before its time."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.dossiers import HeldDeclaration, HeldWithdrawal, Wait
from registry.domain.events import Conditions, Statement
from registry.domain.loosening import LOOSENS_WHEN_WITHDRAWN, settled
from registry.domain.standing import in_force
from registry.domain.vocabulary import Preference, Usage
from tests.domain.asking import ALLOW, CONDITIONAL, DENY, GEN, SEARCH
from tests.domain.slots import END, USAGES, slots
from tests.domain.test_standing import declared

NOW, DELAY = 100, 72
X, Y = Conditions(contact="x"), Conditions(contact="y")


def says(
    preference: Preference, start: int = NOW, conditions: Conditions | None = None
) -> Statement:
    return Statement(GEN, preference, start, conditions=conditions)


def made(statement: Statement, *slot: HeldDeclaration, to: str | None = None) -> Statement:
    return settled(statement, slot, "r", to, now=NOW, delay=DELAY)


def loosens(statement: Statement, *slot: HeldDeclaration, to: str | None = None) -> bool:
    after = made(statement, *slot, to=to).takes_effect_at
    assert after in (None, NOW + DELAY)
    return after is not None


def conditional(id: str, conditions: Conditions) -> HeldDeclaration:
    held = declared(id, CONDITIONAL)
    held.statements = [says(CONDITIONAL, 0, conditions)]
    return held


@pytest.mark.parametrize("standing", [(), (declared("a", ALLOW),), (declared("a", DENY),)])
def test_a_denial_never_loosens(standing: tuple[HeldDeclaration, ...]) -> None:
    assert not loosens(says(DENY), *standing)
    assert not loosens(says(DENY, NOW + 500), *standing)


def test_an_allow_always_loosens_since_it_reaches_further_than_the_one_before() -> None:
    for standing in (None, declared("a", DENY), conditional("a", X), declared("a", ALLOW)):
        assert loosens(says(ALLOW), *([standing] if standing else []))


def test_a_conditional_loosens_unless_an_allow_stands() -> None:
    ask = says(CONDITIONAL, NOW, X)
    assert loosens(ask)
    assert loosens(ask, declared("a", DENY))
    assert loosens(ask, conditional("a", Y))
    assert loosens(ask, conditional("a", X))
    assert not loosens(ask, declared("a", ALLOW))


def test_a_conditional_that_takes_an_allows_place_reaches_no_further_than_it() -> None:
    ask = says(CONDITIONAL, NOW, X)
    assert made(ask, declared("a", ALLOW, seq=7)).reach == 7
    for_a_time = declared("b", ALLOW, 0, NOW + 50, seq=9)
    assert made(ask, declared("a", ALLOW, seq=7), for_a_time).reach == 7
    assert made(ask, declared("a", ALLOW, seq=7), declared("b", ALLOW, seq=9)).reach == 9
    assert made(ask).reach is None


def test_what_stands_in_another_slot_is_no_ground() -> None:
    ask = says(CONDITIONAL, NOW, X)
    assert loosens(ask, declared("a", ALLOW, grantee="p"))
    assert loosens(ask, declared("a", ALLOW), to="p")
    assert loosens(ask, declared("a", ALLOW, usage=SEARCH))
    assert loosens(ask, declared("a", ALLOW, rightsholder="other"))


def test_what_stands_must_stand_for_the_whole_window() -> None:
    """Else a yes for a time became a yes for ever, and a no that is to begin later was wiped out."""
    ask = says(CONDITIONAL, NOW, X)
    assert loosens(ask, declared("a", ALLOW, 0, NOW + DELAY - 1))
    assert loosens(ask, declared("a", ALLOW, 0, NOW + 100 * DELAY))
    assert loosens(ask, declared("a", ALLOW), declared("b", DENY, NOW + 100 * DELAY))
    within = msgspec.structs.replace(ask, valid_until=NOW + DELAY)
    assert not loosens(within, declared("a", ALLOW, 0, NOW + DELAY))
    assert loosens(ask, declared("a", ALLOW, NOW + 1))
    assert loosens(ask, declared("a", ALLOW), declared("b", DENY, NOW + 5, NOW + 6))


def test_what_waits_is_no_ground_to_stand_on() -> None:
    """Else somebody could say it twice, and cancelling the first would leave the second unseen."""
    waiting = declared("a", ALLOW, takes_effect_at=NOW + 10, wait=Wait("a", 40))
    assert loosens(says(CONDITIONAL, NOW + 11, X), waiting)
    standing = declared("a", ALLOW, takes_effect_at=NOW, wait=Wait("a", 40))
    assert not loosens(says(CONDITIONAL, NOW, X), standing)


def test_a_withdrawal_that_waits_is_no_ground_to_stand_on() -> None:
    ending = HeldWithdrawal(Wait("e", 40), 40, {GEN: NOW + 10}, "")
    slot = [declared("a", ALLOW), declared("b", DENY, withdrawals=[ending])]
    assert loosens(says(CONDITIONAL, NOW + 11, X), *slot)
    ending.ends[GEN] = NOW
    assert not loosens(says(CONDITIONAL, NOW, X), *slot)


def test_to_withdraw_a_denial_or_a_conditional_loosens_and_an_allow_does_not() -> None:
    assert set(Preference) - LOOSENS_WHEN_WITHDRAWN == {ALLOW}


# -- the property ------------------------------------------------------------------------------------

T_NOW, T_DELAY = 20, 10
_RANK = {DENY: 0, CONDITIONAL: 1, ALLOW: 2}


def as_known(slot: list[HeldDeclaration]) -> list[HeldDeclaration]:
    """The slot at T_NOW: what is confirmed, cancelled or withdrawn later has not happened."""

    def known(wait: Wait) -> Wait:
        times = (wait.confirmed_at, wait.cancelled_at)
        return Wait(wait.id, *(None if t is None or t > T_NOW else t for t in times))

    return [
        msgspec.structs.replace(
            held,
            wait=known(held.wait),
            withdrawals=[
                msgspec.structs.replace(each, wait=known(each.wait))
                for each in held.withdrawals
                if each.at <= T_NOW
            ],
        )
        for held in slot
    ]


def all_cancelled(slot: list[HeldDeclaration]) -> list[HeldDeclaration]:
    def cancel(wait: Wait) -> Wait:
        return Wait(wait.id, wait.confirmed_at, wait.cancelled_at or T_NOW)

    return [
        msgspec.structs.replace(
            held,
            wait=cancel(held.wait),
            withdrawals=[
                msgspec.structs.replace(each, wait=cancel(each.wait)) for each in held.withdrawals
            ],
        )
        for held in slot
    ]


def permits(slot: list[HeldDeclaration], usage: Usage, t: int) -> tuple[int, Conditions | None]:
    """How much everybody is permitted at t; nothing said is as little as a denial."""
    for each in in_force(slot, "r", usage, t):
        if each.grantee is None:
            return _RANK[each.preference], each.statement.conditions if not each.pending else None
    return 0, None


def more(after: tuple[int, Conditions | None], before: tuple[int, Conditions | None]) -> bool:
    return after[0] > before[0] or (after[0] == before[0] == 1 and after[1] != before[1])


@given(
    slots(least=0),
    st.sampled_from(USAGES),
    st.sampled_from([says(DENY), says(ALLOW), says(CONDITIONAL, 0, Conditions(contact="a"))]),
    st.integers(0, 15),
    st.booleans(),
)
def test_nothing_said_now_permits_more_until_the_delay_is_over(
    slot: list[HeldDeclaration], usage: Usage, wish: Statement, ahead: int, cancelled: bool
) -> None:
    slot = as_known(slot)
    said = msgspec.structs.replace(wish, usage=usage, valid_from=T_NOW + ahead)
    said = settled(said, slot, "r", None, now=T_NOW, delay=T_DELAY)
    new = HeldDeclaration(Wait("new", T_NOW), 99, T_NOW, "", "r", [said])
    before, after = slot, [*slot, new]
    if cancelled:  # whoever is warned cancels all that waits: then it must be as if never said
        before, after = all_cancelled(slot), [*all_cancelled(slot), new]
    for t in range(T_NOW, T_NOW + T_DELAY):
        assert not more(permits(after, usage, t), permits(before, usage, t))


@given(slots(least=0), st.sampled_from(USAGES), st.integers(0, 15))
def test_what_is_said_and_cancelled_never_permitted_anything(
    slot: list[HeldDeclaration], usage: Usage, ahead: int
) -> None:
    slot = as_known(slot)
    said = settled(
        Statement(usage, ALLOW, T_NOW + ahead), slot, "r", None, now=T_NOW, delay=T_DELAY
    )
    new = HeldDeclaration(Wait("new", T_NOW, T_NOW + T_DELAY - 1), 99, T_NOW, "", "r", [said])
    for t in range(T_NOW, 2 * END):
        assert permits([*slot, new], usage, t) == permits(slot, usage, t)
