"""`/platform/…`: what a platform's members see. Which role may see it is asked here; every page is data too."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from registry.errors import RegistryError
from registry.instants import month_of
from registry.services.find import the_platform
from registry.services.join_platform import the_member
from registry.services.list_asked import list_asked
from registry.services.list_lookups import month_named
from registry.services.tidy import REFUSALS_KEPT_MS
from registry.storage.platform_members import Member, Role
from registry.storage.unit_of_work import UnitOfWork
from registry.web.page import present
from registry.web.platform import shown
from registry.web.platform.said import sentence_of
from registry.web.signed_in import signed_in
from registry.web.wired import the_registry

Fill = Callable[[UnitOfWork, Member], dict[str, Any]]


def page(template: str, members: dict[str, Any], error: RegistryError | None = None) -> Response:
    """A page; or after a form that was refused the same page with the reason."""
    said = None if error is None else sentence_of(error)
    shown_too = {"error": said, "error_field": None if error is None else error.field}
    return present(
        f"platform/{template}", {**members, **shown_too}, status=200 if error is None else 422
    )


def get_mine() -> Response:
    """The platforms for which one acts."""
    account = signed_in().account.id
    with the_registry().reading() as uow:
        found = [
            {
                "id": each.platform,
                "name": the_platform(uow, each.platform).name,
                "role": each.role.value,
            }
            for each in uow.platform_members.memberships(account)
        ]
    return page("mine.html", {"platforms": found})


def get_new(error: RegistryError | None = None) -> Response:
    """A platform that is not there yet."""
    typed = {name: request.form.get(name, "") for name in ("name", "legal_entity", "contact")}
    return page("new.html", typed, error)


def get_invitation(error: RegistryError | None = None) -> Response:
    """For whoever holds the link of an invitation."""
    registry, secret = the_registry(), request.values.get("secret", "")[:200]
    with registry.reading() as uow:
        found = uow.platform_members.invitation(secret, registry.clock())
        name = None if found is None else the_platform(uow, found.platform).name
    members = {
        "secret": secret,
        "platform": name,
        "role": None if found is None else found.role.value,
    }
    return page("invitation.html", members, error)


def get_overview(id: str, error: RegistryError | None = None) -> Response:
    """Who it is, its domain, to whom it belongs, and its quota."""

    def fill(uow: UnitOfWork, _: Member) -> dict[str, Any]:
        profile = uow.platform_profiles.of(id)
        return {
            "profile": shown.profile_of(profile),
            "affiliations": shown.affiliations(uow, id),
            "quota": shown.quota_of(id),
        }

    return own_page("overview.html", id, fill, error)


def get_keys(id: str, error: RegistryError | None = None, secret: str | None = None) -> Response:
    """Its keys: real ones, those for tests, and plain ones. `secret`: of a plain key that was just made."""

    def fill(uow: UnitOfWork, _: Member) -> dict[str, Any]:
        return {**shown.keys_of(uow, id), "secret": secret}

    return own_page("keys.html", id, fill, error)


def get_members(id: str, error: RegistryError | None = None) -> Response:
    """Who acts for it."""
    registry = the_registry()
    return own_page(
        "members.html",
        id,
        lambda uow, member: shown.members_of(uow, member, registry.clock()),
        error,
    )


def get_answers(id: str) -> Response:
    """How its questions were answered, by day, usage and decision."""
    month = month_named(request.args.get("month") or month_of(the_registry().clock()))
    before, after = month_of(month.since - 1), month_of(month.until)

    def fill(uow: UnitOfWork, _: Member) -> dict[str, Any]:
        rows = list_asked(uow, id, month)
        return {
            "month": month.name,
            "before": before,
            "after": after,
            "answers": [
                {"day": e.day, "usage": e.usage, "decision": e.decision, "count": e.count}
                for e in rows
            ],
            "sum": sum(each.count for each in rows),
        }

    return own_page("answers.html", id, fill)


def get_refused(id: str) -> Response:
    """Requests with its keys whose signature was refused, and why."""
    since = the_registry().clock() - REFUSALS_KEPT_MS

    def fill(uow: UnitOfWork, _: Member) -> dict[str, Any]:
        found = uow.failed_signatures.of(id, since)
        return {"failed_signatures": [shown.failed(each) for each in found]}

    return own_page("refused.html", id, fill)


def own_page(template: str, id: str, fill: Fill, error: RegistryError | None = None) -> Response:
    """A page for those who act for the platform. Raises: NotFound for everybody else."""
    with the_registry().reading() as uow:
        member = the_member(uow, id, signed_in().account.id, Role.VIEWER)
        members = {**shown.heading(uow, member), **fill(uow, member)}
    return page(template, members, error)
