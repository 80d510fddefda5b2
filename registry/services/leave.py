"""Taking everything that is kept of a person along, and deleting it.

What names a person is in tables and goes at once. What was declared stays: it is in the public log, under a
rightsholder's name, and others have relied on it. To leave with that name too: `leave_erased`.
"""

import io
import json
import zipfile
from typing import Any

from registry.errors import NotFound
from registry.instants import rfc3339
from registry.services.find import the_platform, the_rightsholder
from registry.services.send_mail import queue_mail
from registry.storage.accounts import Account
from registry.storage.members import MemberRole
from registry.storage.overwriting import overwrite
from registry.storage.platform_members import Role
from registry.storage.unit_of_work import UnitOfWork

ABOUT = (
    "Everything that this registry keeps of you, table by table, but for secrets (passwords and codes are kept as "
    "digests, or known to your devices alone). Times are milliseconds since 1970-01-01 UTC. `acts`: what was done with "
    "this account. What was declared for a rightsholder is in the public log: registry export has it with its proofs."
)


def personal_archive(uow: UnitOfWork, account: Account, now: int) -> bytes:
    """Everything that is kept of this person, as JSON in a ZIP."""
    members: dict[str, Any] = {"about": ABOUT, "made_at": rfc3339(now)}
    members |= uow.personal_data.of(account.id)
    members["rightsholders"] = [
        {"id": each.rightsholder, "name": _name(uow, each.rightsholder), "role": each.role.value}
        for each in uow.members.for_account(account.id)
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account.json", json.dumps(members, ensure_ascii=False, indent=2))
    return packed.getvalue()


def left_without_owner(uow: UnitOfWork, account: Account) -> list[str]:
    """The names of the rightsholders for whom nobody else can decide once this account is gone."""
    return [
        _name(uow, each.rightsholder)
        for each in uow.members.for_account(account.id)
        if each.role is MemberRole.OWNER and uow.members.owners(each.rightsholder) == 1
    ]


def left_without_admin(uow: UnitOfWork, account: Account) -> list[str]:
    """The names of the platforms for which nobody else can decide once this account is gone."""
    return [
        the_platform(uow, each.platform).name
        for each in uow.platform_members.memberships(account.id)
        if [one.account for one in uow.platform_members.of(each.platform) if one.role is Role.ADMIN]
        == [account.id]
    ]


def delete_account(
    uow: UnitOfWork, account: Account, now: int, *, letter: str = "account-deleted"
) -> None:
    """Deletes everything that names this person, at once; one last mail tells them."""
    overwrite(uow.connection)
    uow.mails.remove_to(account.address)
    uow.personal_data.remove(account.id, account.address)
    uow.platform_members.forget_person(account.id, account.address)
    queue_mail(uow, account.address, letter, account.language, now=now)


def _name(uow: UnitOfWork, rightsholder: str) -> str:
    try:
        return the_rightsholder(uow, rightsholder, field="rightsholder").name
    except NotFound:
        return rightsholder
