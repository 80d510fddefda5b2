"""As what somebody who is signed in looks: by one of the grants that a steward gave them."""

from typing import Any

from flask import g, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Forbidden, NotFound
from registry.instants import rfc3339
from registry.services.find import the_platform, the_rightsholder
from registry.services.grant_audit import grant_of_token, the_grant
from registry.services.list_acts import looked_within_the_hour, note_look
from registry.storage.audit_grants import AuditGrant
from registry.storage.unit_of_work import UnitOfWork
from registry.web.signed_in import admit_account, signed_in
from registry.web.wired import the_registry


def admit_auditor() -> AnyResponse | None:
    """An auditor's program with its token, or somebody who is signed in (`admit_account`).

    Raises: Unauthenticated, Forbidden, InvalidInput.
    """
    authorization = request.headers.get("Authorization")
    if authorization is None:
        return admit_account()
    registry = the_registry()
    with registry.reading() as uow:
        g.audit_grant = grant_of_token(uow, authorization, registry.clock())
    if request.method not in ("GET", "HEAD"):
        raise Forbidden("a token looks; to have something made, sign in", field="Authorization")
    return None


def look(grant: str | None = None) -> AuditGrant:
    """The grant of the token; or the one that the request names (`grant`; without one, the newest). That they looked is
    written down.

    Raises: NotFound where it is none of theirs, or none any more.
    """
    registry, id = the_registry(), request.values.get("grant", "") if grant is None else grant
    now = registry.clock()
    by_token: AuditGrant | None = g.get("audit_grant")
    with registry.reading() as uow:
        if by_token is None:
            found = the_grant(uow, signed_in().account.id, id, now)
        elif id in ("", by_token.id):
            found = by_token
        else:
            raise NotFound("this token opens no access of this id", field="grant")
        noted = looked_within_the_hour(uow, found, now)
    if not noted:
        with registry.bookkeeping() as uow:
            note_look(uow, found)
    return found


def grants_shown(uow: UnitOfWork, grant: AuditGrant, now: int) -> list[dict[str, Any]]:
    """Every grant of whose this is that counts, the newest first."""
    found = uow.audit_grants.of(grant.account, now)
    if "audit_grant" in g:
        found = [grant]
    return [
        {
            "id": each.id,
            "scope": each.scope,
            "subject": each.subject,
            "name": name_of(uow, each),
            "until": rfc3339(each.until),
            "given_by": each.granted_by,
        }
        for each in found
    ]


def name_of(uow: UnitOfWork, grant: AuditGrant) -> str | None:
    """Whom it is about."""
    if grant.subject is None:
        return None
    if grant.scope == "platform":
        return the_platform(uow, grant.subject).name
    return the_rightsholder(uow, grant.subject).name
