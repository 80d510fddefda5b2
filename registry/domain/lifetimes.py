"""When the last thing that a record states comes to its end, as far as is known now."""

from collections.abc import Sequence
from itertools import pairwise

from registry.domain.dossiers import HeldDeclaration
from registry.domain.standing import end_of, in_force, moments, start_of
from registry.domain.vocabulary import Usage


def ends_at(declaration: HeldDeclaration, declarations: Sequence[HeldDeclaration]) -> int | None:
    """The moment (ms) after which no statement of `declaration` is in force any more, or None while
    one is open: in force without an end, or waiting for a confirmation.

    `declarations` are all those on the same subject, in the order of issue.
    """
    if declarations and declaration is declarations[-1] and _is_open(declaration):
        return None
    slot = [
        held
        for held in declarations
        if held.rightsholder == declaration.rightsholder and held.grantee == declaration.grantee
    ]
    borders = sorted({declaration.at, *moments(slot)})
    last = declaration.at
    for statement in declaration.statements:
        end = end_of(declaration, statement)
        unsettled = (
            start_of(declaration, statement) is None and declaration.wait.cancelled_at is None
        )
        if unsettled and end is None:
            return None
        if _stands(declaration, slot, statement.usage, borders[-1]):
            return None
        for border, following in pairwise(borders):
            if _stands(declaration, slot, statement.usage, border):
                last = max(last, following)
        if unsettled and end is not None:
            last = max(last, end)
    return last


def _is_open(declaration: HeldDeclaration) -> bool:
    """Does one of its statements, issued last, begin by itself and end by nothing? So do most, while they are new."""
    return not declaration.withdrawals and True in [
        each.takes_effect_at is None and each.valid_until is None and each.reach is None
        for each in declaration.statements
    ]


def _stands(
    declaration: HeldDeclaration, slot: Sequence[HeldDeclaration], usage: Usage, t: int
) -> bool:
    return any(
        each.declaration is declaration
        for each in in_force(slot, declaration.rightsholder, usage, t)
    )
