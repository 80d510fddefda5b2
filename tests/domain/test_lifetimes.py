"""When a record comes to its end: the brute way is to look at every moment."""

import msgspec
from hypothesis import given

from registry.domain.dossiers import HeldDeclaration, HeldWithdrawal, Wait
from registry.domain.lifetimes import ends_at
from registry.domain.standing import end_of, in_force, start_of
from tests.domain.asking import ALLOW, CONDITIONAL, DENY, GEN, SEARCH
from tests.domain.slots import END, USAGES, slots
from tests.domain.test_standing import declared

LONG_AFTER = END + 60
"""By then every border of a generated slot has passed."""


def test_an_open_declaration_has_no_end() -> None:
    held = declared("a", DENY)
    assert ends_at(held, [held]) is None


def test_a_window_ends_it() -> None:
    held = declared("a", DENY, 0, 20)
    assert ends_at(held, [held]) == 20


def test_a_later_declaration_that_says_all_of_it_anew_ends_it() -> None:
    first, second = declared("a", DENY), declared("b", DENY, 7, at=7, seq=1)
    assert ends_at(first, [first, second]) == 7


def test_it_lives_on_while_a_later_window_will_close() -> None:
    first, second = declared("a", DENY), declared("b", DENY, 7, 9, at=7, seq=1)
    assert ends_at(first, [first, second]) is None


def test_one_category_that_stands_keeps_it_alive() -> None:
    first = declared("a", DENY)
    first.statements += declared("a", DENY, 0, 30, usage=SEARCH).statements
    second = declared("b", DENY, 7, at=7, seq=1)
    assert ends_at(first, [first, second]) == 30


def test_another_grantees_slot_takes_nothing_over() -> None:
    first, second = declared("a", DENY), declared("b", DENY, 7, at=7, seq=1, grantee="p")
    assert ends_at(first, [first, second]) is None


def test_what_waits_for_a_confirmation_is_open_until_it_is_cancelled() -> None:
    held = declared("a", ALLOW, takes_effect_at=72, wait=Wait("a"))
    assert ends_at(held, [held]) is None
    held.wait.cancelled_at = 30
    assert ends_at(held, [held]) == held.at


def test_a_conditional_that_is_pending_is_alive() -> None:
    held = declared("a", CONDITIONAL, 0, 50, takes_effect_at=72)
    assert ends_at(held, [held]) == 50


def test_a_withdrawal_ends_it_on_effect_and_not_on_issue() -> None:
    held = declared("a", DENY, withdrawals=[HeldWithdrawal(Wait("e"), 10, {GEN: 82}, "")])
    assert ends_at(held, [held]) is None
    held.withdrawals[0].wait.confirmed_at = 10
    assert ends_at(held, [held]) == 82


def in_force_at(held: HeldDeclaration, slot: list[HeldDeclaration], t: int) -> bool:
    return any(
        each.declaration.id == held.id
        for usage in USAGES
        for each in in_force(slot, held.rightsholder, usage, t)
    )


@given(slots())
def test_the_end_is_the_first_moment_after_which_no_moment_finds_it_in_force(
    slot: list[HeldDeclaration],
) -> None:
    for held in slot:
        alive = [t for t in range(LONG_AFTER) if in_force_at(held, slot, t)]
        undecided = [
            end_of(held, statement)
            for statement in held.statements
            if start_of(held, statement) is None and held.wait.cancelled_at is None
        ]
        end = ends_at(held, slot)
        if (alive and alive[-1] == LONG_AFTER - 1) or None in undecided:
            assert end is None
        else:
            lasts = [t + 1 for t in alive] + [t for t in undecided if t is not None]
            assert end == max(lasts, default=held.at)


@given(slots())
def test_looking_changes_nothing(slot: list[HeldDeclaration]) -> None:
    before = msgspec.json.encode(slot)
    for held in slot:
        ends_at(held, slot)
    assert msgspec.json.encode(slot) == before
