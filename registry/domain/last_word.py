"""Whether a rightsholder's last word on a subject is what is to be declared: then to say it again adds nothing."""

from collections.abc import Iterable, Sequence

from registry.domain.dossiers import HeldDeclaration
from registry.domain.events import Statement


def is_last_word(
    wanted: Iterable[Statement],
    declarations: Sequence[HeldDeclaration],
    rightsholder: str,
    grantee: str | None = None,
) -> bool:
    """Do the latest statements of this rightsholder for everybody (or for the one platform `grantee`), use by use, say
    what is wanted, without an end?

    One that was withdrawn, or cancelled while it waited, is not counted as said; one that waits is.
    """
    own = [
        each
        for each in declarations
        if each.rightsholder == rightsholder and each.grantee == grantee
    ]
    own.sort(key=lambda each: each.seq, reverse=True)
    return all(_is_said(statement, own) for statement in wanted)


def _is_said(wanted: Statement, newest_first: Sequence[HeldDeclaration]) -> bool:
    for declaration in newest_first:
        for statement in declaration.statements:
            if statement.usage is wanted.usage:
                return _means(statement, wanted) and not _is_taken_back(declaration, statement)
    return False


def _means(statement: Statement, wanted: Statement) -> bool:
    same = (statement.preference, statement.conditions) == (wanted.preference, wanted.conditions)
    return same and statement.valid_until is None


def _is_taken_back(declaration: HeldDeclaration, statement: Statement) -> bool:
    if declaration.wait.cancelled_at is not None:
        return True
    return any(
        statement.usage in withdrawal.ends and withdrawal.wait.cancelled_at is None
        for withdrawal in declaration.withdrawals
    )
