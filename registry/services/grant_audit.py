"""Access for auditors: a steward gives it to an account, for a rightsholder, a platform or everything, and for a time;
it ends by itself, or when a steward says so. Every look by it is asked for here.
"""

from typing import Final

from registry.domain.ids import is_id, new_id
from registry.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from registry.instants import DAY_MS
from registry.services.find import the_platform, the_rightsholder
from registry.storage.accounts import Account
from registry.storage.audit_grants import AuditGrant, AuditToken, Scope
from registry.storage.unit_of_work import UnitOfWork

LONGEST_DAYS: Final = 366


def grant_audit(
    uow: UnitOfWork,
    account: Account,
    scope: Scope,
    subject: str | None,
    days: int,
    by: str,
    now: int,
) -> AuditGrant:
    """Lets the account look, from now on. `by`: the steward's name.

    Raises: NotFound for a rightsholder or platform that is not there, InvalidInput (field days).
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"access is for 1 to {LONGEST_DAYS} days", field="days")
    if scope == "rightsholder":
        the_rightsholder(uow, subject or "", field="rightsholder")
    elif scope == "platform":
        the_platform(uow, subject or "", field="platform")
    grant = AuditGrant(
        new_id(now), account.id, scope, subject, by, since=now, until=now + days * DAY_MS
    )
    uow.audit_grants.add(grant)
    return grant


def end_audit(uow: UnitOfWork, id: str, now: int) -> None:
    """Ends it, with its tokens, at once. Raises: NotFound."""
    if not is_id(id) or not uow.audit_grants.end(id, now):
        raise NotFound(f"there is no access {id[:100]!r} that was not ended yet", field="grant")
    uow.audit_grants.end_tokens(id, now)


def the_grant(uow: UnitOfWork, account: str, id: str, now: int) -> AuditGrant:
    """What this account may look at now: the grant with this id, or (empty) its newest.

    Raises: NotFound where there is none of its own that counts; nobody learns whether another's is there.
    """
    for each in uow.audit_grants.of(account, now):
        if id in ("", each.id):
            return each
    raise NotFound("you have no access of this kind, or its time is over", field="grant")


def make_audit_token(uow: UnitOfWork, grant: AuditGrant, now: int) -> str:
    """A token for the auditor's programs, which counts for as long as the grant; those from before count no more.
    Returns its secret, which is shown once. Raises: Conflict where the grant does not count."""
    if not grant.counts(now):
        raise Conflict("this access is over", field="grant")
    uow.audit_grants.end_tokens(grant.id, now)
    return uow.audit_grants.add_token(AuditToken(new_id(now), grant.id, grant.account, now))


def grant_of_token(uow: UnitOfWork, authorization: str | None, now: int) -> AuditGrant:
    """What the token in an `Authorization: Bearer cra_…` header opens. Raises: Unauthenticated."""
    scheme, _, secret = (authorization or "").partition(" ")
    grant = uow.audit_grants.by_token(secret.strip()) if scheme.lower() == "bearer" else None
    if grant is None or not grant.counts(now):
        raise Unauthenticated(
            "send an auditor's token that counts as: Authorization: Bearer cra_…",
            field="Authorization",
        )
    return grant
