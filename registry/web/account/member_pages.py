"""`/account/rightsholders`: for whom one acts, who else does, and invitations."""

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Conflict, InvalidInput, NotFound
from registry.instants import rfc3339
from registry.mail.address import read_address
from registry.services.act_for import (
    DELEGATE,
    accept,
    accept_delegation,
    change_role,
    end_delegation,
    invite,
    look_at_invitation,
    may,
    open_rightsholder,
)
from registry.services.find import the_rightsholder
from registry.services.list_publicly import list_publicly, may_be_found
from registry.storage.accounts import Account
from registry.storage.members import Delegation, Member, MemberRole
from registry.storage.unit_of_work import UnitOfWork
from registry.web.account.said import form_page, sent
from registry.web.languages import language
from registry.web.signed_in import person, see, signed_in
from registry.web.wired import the_registry

LIST = "/account/rightsholders"


def get_rightsholders() -> Response:
    """For whom one acts; and a form to open another."""
    return _list_page()


def post_rightsholders() -> AnyResponse:
    """Opens a rightsholder, whose owner one is."""
    who = signed_in()
    try:
        with the_registry().writing() as ledger:
            id = open_rightsholder(ledger, who.account, sent("name"), who.actor)
    except (InvalidInput, Conflict) as error:
        return _list_page(sent("name"), error)
    return see(f"{LIST}/{id}")


def get_rightsholder(id: str) -> Response:
    """Who acts for it. Raises: NotFound for somebody who does not."""
    return _one_page(id)


def post_invite(id: str) -> AnyResponse:
    """Asks somebody in, by mail. Raises: NotFound, Forbidden."""
    who, registry = signed_in(), the_registry()
    try:
        address = read_address(sent("email"))
        with registry.bookkeeping() as uow:
            invite(
                uow,
                who.account,
                id,
                address,
                None if sent("role") == DELEGATE else _role(),
                public_url=registry.place.public_url,
                language=language(),
                now=registry.clock(),
            )
    except (InvalidInput, Conflict) as error:
        return _one_page(id, error)
    return see(f"{LIST}/{id}?invited=1")


def post_role(id: str) -> AnyResponse:
    """Another role for somebody, or (`role=none`) none. Raises: NotFound, Forbidden."""
    who = signed_in()
    role = None if sent("role") == "none" else _role()
    try:
        with the_registry().bookkeeping() as uow:
            change_role(uow, who.account, id, sent("member"), role, the_registry().clock())
    except Conflict as error:
        return _one_page(id, error)
    left = role is None and sent("member") == who.account.id
    return see(LIST if left else f"{LIST}/{id}")


def post_listing(id: str) -> AnyResponse:
    """Lets search engines find its records (`find=yes`), or no more. Raises: NotFound, Forbidden, InvalidInput."""
    who, wanted = signed_in(), sent("find")
    if wanted not in ("yes", "no"):
        raise InvalidInput('say whether they may be found: "yes" or "no"', field="find")
    registry = the_registry()
    with registry.bookkeeping() as uow:
        list_publicly(uow, who.account, id, wanted == "yes", registry.clock())
    return see(f"{LIST}/{id}#listing")


def get_invitation() -> Response:
    """Who is asked to act for whom. Opening it uses nothing up."""
    registry, secret = the_registry(), request.args.get("secret", "")
    try:
        with registry.reading() as uow:
            rightsholder, role = look_at_invitation(uow, secret, registry.clock())
            name = the_rightsholder(uow, rightsholder, field="rightsholder").name
    except NotFound:
        return form_page("no-link.html", {"again": LIST}, status=404)
    return _invitation_page(secret, name, role)


def post_invitation() -> AnyResponse:
    """Accepts it."""
    who, registry = signed_in(), the_registry()
    try:
        with registry.bookkeeping() as uow:
            agent, now = sent("agent"), registry.clock()
            if agent:
                id = accept_delegation(uow, who.account, sent("secret"), agent, now)
            else:
                id = accept(uow, who.account, sent("secret"), now)
    except (NotFound, Conflict):
        return form_page("no-link.html", {"again": LIST}, status=404)
    return see(f"{LIST}/{id}")


def post_end_delegation(id: str) -> AnyResponse:
    """Ends a delegation, from either side. Raises: NotFound."""
    who = signed_in()
    with the_registry().bookkeeping() as uow:
        end_delegation(uow, who.account, id, sent("agent"), the_registry().clock())
        mine = uow.members.acting(id, who.account.id)
    return see(LIST if mine is None else f"{LIST}/{id}")


def _invitation_page(secret: str, rightsholder: str, role: MemberRole | None) -> Response:
    who, owned = person(), []
    if who is not None and role is None:
        with the_registry().reading() as uow:
            mine = uow.members.for_account(who.account.id)
            owned = [_shown(uow, each) for each in mine if each.role is MemberRole.OWNER]
    members = {
        "secret": secret,
        "rightsholder": rightsholder,
        "role": DELEGATE if role is None else role.value,
        "owned": owned,
        "name": who and who.account.name,
    }
    return form_page("invitation.html", members)


def _list_page(name: str = "", error: InvalidInput | Conflict | None = None) -> Response:
    who = signed_in()
    with the_registry().reading() as uow:
        found = [_shown(uow, each) for each in uow.members.for_account(who.account.id)]
    return form_page("rightsholders.html", {"rightsholders": found, "name": name}, error=error)


def _one_page(id: str, error: InvalidInput | Conflict | None = None) -> Response:
    who = signed_in()
    with the_registry().reading() as uow:
        mine = may(uow, who.account, id)
        found = [(each, uow.accounts.find(each.account)) for each in uow.members.of(id)]
        shown = _shown(uow, mine)
        agents = [_delegated(uow, each, each.agent) for each in uow.members.agents_of(id)]
        clients = [_delegated(uow, each, each.rightsholder) for each in uow.members.clients_of(id)]
        listed = may_be_found(uow, id)
    members = {
        **shown,
        "members": [_member(each, account, who.account) for each, account in found if account],
        "agents": agents,
        "clients": clients,
        "owner": mine.role is MemberRole.OWNER,
        "roles": [each.value for each in MemberRole],
        "listed": listed,
        "invited": "invited" in request.args,
        "email": sent("email"),
    }
    return form_page("rightsholder.html", members, error=error)


def _shown(uow: UnitOfWork, member: Member) -> dict[str, Any]:
    name = the_rightsholder(uow, member.rightsholder, field="rightsholder").name
    return {"id": member.rightsholder, "name": name, "role": member.role.value}


def _delegated(uow: UnitOfWork, delegation: Delegation, other: str) -> dict[str, Any]:
    name = the_rightsholder(uow, other, field="rightsholder").name
    return {"id": other, "name": name, "since": rfc3339(delegation.since)}


def _member(member: Member, account: Account, me: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "address": account.address,
        "role": member.role.value,
        "since": rfc3339(member.since),
        "you": account.id == me.id,
    }


def _role() -> MemberRole:
    try:
        return MemberRole(sent("role"))
    except ValueError:
        raise InvalidInput("a role is owner, editor or viewer", field="role") from None
