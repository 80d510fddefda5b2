"""`/works/{id}`: one work, for whoever acts for a rightsholder that claims it: what platforms are told and why, what
stands behind each of its names, who else claims it, its history, and who asked.
"""

from typing import Any

from flask import Response, request

from registry.domain.dossiers import Rightsholder, Work
from registry.errors import NotFound, RegistryError
from registry.services.act_for import acting_on
from registry.services.find import the_rightsholder, the_work
from registry.storage.members import Member, MemberRole
from registry.storage.unit_of_work import UnitOfWork
from registry.web.page import present
from registry.web.signed_in import signed_in
from registry.web.wired import the_registry
from registry.web.works import one_shown as shown
from registry.web.works.asked_pages import asked_of
from registry.web.works.one_said import sentence_of
from registry.web.works.time_line import time_line


def get_work(id: str) -> Response:
    """The page. Raises: NotFound where one acts for nobody who claims the work."""
    return work_page(id)


def work_page(id: str, error: RegistryError | None = None, typed: str = "") -> Response:
    """The page, or after a form that was refused the same page with the reason."""
    registry = the_registry()
    with registry.reading() as uow:
        head = uow.log.head()
        now = max(registry.clock(), 0 if head is None else head.head.at)  # as an answer's time is
        work, member, holder, mine = the_own(uow, id)
        named = shown.askers(uow, work, holder)
        asker = next((each["id"] for each in named if each["id"] == request.args.get("as")), None)
        members = {
            **_who(uow, member, holder, mine),
            **_work(work, holder, now),
            "askers": named,
            "asker": asker,
            **shown.names_of(uow, work, holder, now),
            "others": shown.others(uow, work, holder),
            "links": shown.links(uow, work, holder, now),
            "waiting": shown.waiting(uow, work, holder, now),
            "history": time_line(uow, work, holder),
            "asked": asked_of(uow, work.id),
        }
    members["told"] = shown.told(registry, work, asker, now)
    return present("works/one.html", {**members, **_failed(error, typed)}, status=_status(error))


def the_own(uow: UnitOfWork, id: str) -> tuple[Work, Member, Rightsholder, list[Member]]:
    """The work, as whom one looks at it, for which rightsholder, and all for whom one could: the one that is asked for
    (`rightsholder`), else the first.

    Raises: NotFound.
    """
    mine = acting_on(uow, signed_in().account, id)
    wanted = request.values.get("rightsholder") or mine[0].rightsholder
    member = next((each for each in mine if each.rightsholder == wanted), None)
    if member is None:
        raise NotFound("you act for no rightsholder of this id", field="rightsholder")
    return the_work(uow, id), member, the_rightsholder(uow, member.rightsholder), mine


def _who(
    uow: UnitOfWork, member: Member, holder: Rightsholder, mine: list[Member]
) -> dict[str, Any]:
    return {
        "rightsholder": {"id": holder.id, "name": holder.name},
        "rightsholders": [
            {"id": each.rightsholder, "name": the_rightsholder(uow, each.rightsholder).name}
            for each in mine
        ],
        "may_change": member.role is not MemberRole.VIEWER,
    }


def _work(work: Work, holder: Rightsholder, now: int) -> dict[str, Any]:
    said = shown.records(work, holder, now)
    base = the_registry().place.public_url
    best = next((each for each in said if each["speaks"] and not each["catalogue"]), None)
    best = best or next((each for each in said if each["speaks"]), None)
    return {
        "id": work.id,
        "title": work.title,
        "kind": work.kind.value,
        "records": said,
        "record": None if best is None else best["id"],
        "record_url": None if best is None else f"{base}/records/{best['id']}",
    }


def _failed(error: RegistryError | None, typed: str) -> dict[str, Any]:
    return {
        "error": None if error is None else sentence_of(error),
        "error_field": "" if error is None else "identifiers",
        "typed": typed,
    }


def _status(error: RegistryError | None) -> int:
    return 200 if error is None else 422
