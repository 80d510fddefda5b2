"""Which statement stands at a time: windows, waiting, withdrawal (docs/answering.md, section 3)."""

from collections.abc import Iterable, Iterator

import msgspec

from registry.domain.dossiers import HeldDeclaration, Platform, Wait
from registry.domain.events import Statement
from registry.domain.vocabulary import Preference, Usage


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A statement in force. `pending`: a conditional that still waits and so speaks as a deny."""

    declaration: HeldDeclaration
    statement: Statement
    preference: Preference
    pending: bool = False

    @property
    def grantee(self) -> str | None:
        return self.declaration.grantee

    @property
    def reach(self) -> int:
        """It permits what has a place in the log below this one."""
        return reach_of(self.declaration, self.statement)


def _cancelled(wait: Wait, takes_effect_at: int) -> bool:
    if wait.cancelled_at is None:
        return False
    return wait.confirmed_at is None or wait.cancelled_at < max(takes_effect_at, wait.confirmed_at)


def reach_of(declaration: HeldDeclaration, statement: Statement) -> int:
    """How far into the log the statement permits: what has a place below."""
    own = statement.reach
    return declaration.seq if own is None else min(own, declaration.seq)


def start_of(declaration: HeldDeclaration, statement: Statement) -> int | None:
    """When the statement begins to speak (ms), or None for never."""
    if statement.takes_effect_at is None:
        return statement.valid_from
    effect = declaration.wait.effect(statement.takes_effect_at)
    return None if effect is None else max(statement.valid_from, effect)


def end_of(declaration: HeldDeclaration, statement: Statement) -> int | None:
    """When the statement stops speaking (ms), or None for an open end."""
    ends = [] if statement.valid_until is None else [statement.valid_until]
    for withdrawal in declaration.withdrawals:
        if statement.usage in withdrawal.ends:
            takes_effect_at = withdrawal.ends[statement.usage]
            end = (
                withdrawal.at
                if takes_effect_at is None
                else withdrawal.wait.effect(takes_effect_at)
            )
            if end is not None:
                ends.append(end)
    return min(ends) if ends else None


def _waits(statement: Statement, t: int) -> bool:
    """Is it a conditional that has been asked for but does not speak yet, or never will, or not any more? A
    cancellation takes back the wish for a yes, not the no in it: that takes a withdrawal, which waits."""
    if statement.preference is not Preference.CONDITIONAL:
        return False
    if statement.takes_effect_at is None and not _took_a_place(statement):
        return False
    return statement.valid_from <= t


def _took_a_place(statement: Statement) -> bool:
    """Is it a conditional that counted at once because an allow stood where it stands?"""
    return statement.preference is Preference.CONDITIONAL and statement.reach is not None


def _is_allow(standing: Standing | None) -> bool:
    return standing is not None and standing.preference is Preference.ALLOW


def in_force(
    declarations: Iterable[HeldDeclaration], rightsholder: str, usage: Usage, t: int
) -> list[Standing]:
    """The statements of one rightsholder in one category that are in force at `t`, one a grantee.

    `declarations` are those of one subject, in the order of issue.
    """
    speaking: dict[str | None, Standing] = {}
    waiting: dict[str | None, Standing] = {}
    for declaration in declarations:
        if declaration.rightsholder != rightsholder:
            continue
        for statement in declaration.statements:
            if statement.usage is not usage:
                continue
            if statement.valid_until is not None or declaration.withdrawals:
                end = end_of(declaration, statement)
                if end is not None and end <= t:
                    continue
            start = start_of(declaration, statement)
            if _took_a_place(statement) and not _is_allow(speaking.get(declaration.grantee)):
                start = None  # there is no allow any more in whose place it would stand
            if start is not None and start <= t:
                speaking[declaration.grantee] = Standing(
                    declaration, statement, statement.preference
                )
            elif _waits(statement, t):
                waiting[declaration.grantee] = Standing(
                    declaration, statement, Preference.DENY, pending=True
                )
    return list((waiting | speaking if waiting else speaking).values())


def moments(declarations: Iterable[HeldDeclaration]) -> Iterator[int]:
    """Every time at which one of these statements starts or ends by itself."""
    for declaration in declarations:
        for statement in declaration.statements:
            if statement.takes_effect_at is None:
                yield statement.valid_from
            else:
                cancelled = _cancelled(declaration.wait, statement.takes_effect_at)
                if not cancelled or statement.preference is Preference.CONDITIONAL:
                    yield statement.valid_from  # from then on a conditional that waits speaks
                start = start_of(declaration, statement)
                if start is not None:
                    yield start
            if statement.valid_until is not None or declaration.withdrawals:
                end = end_of(declaration, statement)
                if end is not None:
                    yield end


def names(standing: Standing, asker: Platform | None) -> bool:
    """Does the statement name the asker: itself, or a parent of which it was an affiliate before this
    was said and still is? So joining a group never widens a permission."""
    if asker is None or standing.grantee is None:
        return False
    return standing.grantee == asker.id or any(
        each.parent == standing.grantee and not each.ended and each.since < standing.reach
        for each in asker.affiliations
    )


def names_for_restriction(standing: Standing, asker: Platform | None) -> bool:
    """The same for what restricts: whoever was ever an affiliate is named, so that neither leaving a
    group nor joining it late gets around a denial."""
    if asker is None or standing.grantee is None:
        return False
    return standing.grantee == asker.id or any(
        each.parent == standing.grantee for each in asker.affiliations
    )
