"""Which acts loosen, and so wait (docs/answering.md, "What counts as loosening")."""

from collections.abc import Sequence

from registry.domain.dossiers import HeldDeclaration
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
    delay: int,
) -> bool:
    """Would this statement, made at `now`, allow more than what already stands in its slot?

    `declarations` are those on the same subject so far. Looks at every moment from the statement's
    start until `now + delay`, at which what stands may change by itself.
    """
    if statement.preference is Preference.DENY:
        return False
    slot = [held for held in declarations if held.grantee == grantee]
    until = now + delay
    if statement.valid_from >= until > now:
        return True
    checks = {statement.valid_from}
    checks |= {moment for moment in moments(slot) if statement.valid_from < moment < until}
    for moment in checks:
        standing = in_force(slot, rightsholder, statement.usage, moment)
        if not any(_as_permissive(each, statement) for each in standing):
            return True
    return False


def _as_permissive(standing: Standing, statement: Statement) -> bool:
    if standing.preference is Preference.ALLOW:
        return True
    return (
        standing.preference is Preference.CONDITIONAL
        and statement.preference is Preference.CONDITIONAL
        and standing.statement.conditions == statement.conditions
    )
