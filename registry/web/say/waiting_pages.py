"""`/waiting`: all of one's rightsholders that waits before it permits more; stopped by a word, confirmed by proof."""

from contextlib import suppress
from typing import Any, Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.ids import new_id
from registry.domain.waits import NEVER
from registry.errors import Conflict, InvalidInput
from registry.services.act_for import may
from registry.services.find import declared, the_rightsholder
from registry.services.say_for_many import stop_all
from registry.services.settle_loosening import (
    cancel_loosening,
    confirm_loosening,
    waiting_count,
    waiting_of,
    whose_loosening,
)
from registry.storage.members import MemberRole
from registry.storage.sayings import Saying, SayingAct, SayingState
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.waits import Waited, place_of
from registry.web.account.said import sent
from registry.web.languages import language
from registry.web.page import present
from registry.web.say import said
from registry.web.signed_in import local, see, signed_in
from registry.web.waiting import shown_waiting
from registry.web.wired import the_registry

WAITING: Final = "/waiting"
PAGE: Final = 25
"""Of each rightsholder, so many on a page."""


def get_waiting() -> Response:
    """All that waits, what takes effect first before the rest; of one rightsholder (`rightsholder`) from `after` on.

    Raises: NotFound for a rightsholder of somebody else's, InvalidInput for another `after`.
    """
    return _waiting()


def post_stop(id: str) -> AnyResponse:
    """Stops one: it never takes effect. Raises: NotFound for somebody else's, Forbidden."""
    who = signed_in()
    try:
        with the_registry().writing() as ledger:
            holder = _whose(ledger.uow, id)
            cancel_loosening(ledger, id, who.actor, rightsholder=holder)
    except Conflict:
        return _waiting("waits-no-more", 409)
    return see(local(sent("next", 2_000), WAITING))


def post_confirm(id: str) -> AnyResponse:
    """Confirms one that was only proposed. Raises: NotFound for somebody else's, Forbidden."""
    who = signed_in()
    try:
        with the_registry().writing() as ledger:
            _whose(ledger.uow, id)
            confirm_loosening(ledger, id, who.actor)
    except Conflict as error:
        if error.code != "confirmed-already":
            return _waiting("waits-no-more", 409)
    return see(local(sent("next", 2_000), WAITING))


def post_confirm_some() -> AnyResponse:
    """Confirms those that a page showed (`id`, several). Raises: NotFound for somebody else's, Forbidden."""
    who, ids = signed_in(), request.form.getlist("id")[:PAGE]
    with the_registry().writing() as ledger:
        for id in ids:
            _whose(ledger.uow, id)
        for id in ids:
            with suppress(Conflict):  # confirmed, stopped or in effect meanwhile
                confirm_loosening(ledger, id, who.actor)
    return see(WAITING)


def post_stop_all() -> AnyResponse:
    """Stops all that waits for one rightsholder, by a job. Raises: NotFound, Forbidden."""
    who, registry = signed_in(), the_registry()
    now = registry.clock()
    new = Saying(
        id=new_id(now),
        account=who.account.id,
        rightsholder=sent("rightsholder"),
        choice=None,
        only=None,
        act=SayingAct.STOP,
        answers={},
        state=SayingState.DRAFT,
        authority=who.actor.authority,
        language=language(),
        made_at=now,
    )
    try:
        with registry.bookkeeping() as uow:
            stop_all(uow, who.account, new, who.actor)
    except Conflict:
        return _waiting("too-many-running", 409)
    return see(f"/say/{new.id}/done")


def _whose(uow: UnitOfWork, id: str) -> str:
    """The rightsholder whose loosening this is, for whom whoever asks may act.

    Raises: NotFound, also where it is somebody else's; Forbidden for somebody who only reads.
    """
    holder = whose_loosening(uow, id)
    may(uow, signed_in().account, holder, MemberRole.EDITOR)
    return holder


def _waiting(error: str | None = None, status: int = 200) -> Response:
    who, now = signed_in(), the_registry().clock()
    only, after = request.args.get("rightsholder", ""), request.args.get("after", "")
    with the_registry().reading() as uow:
        mine = uow.members.for_account(who.account.id)
        holders = [may(uow, who.account, only)] if only else mine
        found = [
            _of_one(uow, each.rightsholder, each.role is not MemberRole.VIEWER, after, now)
            for each in holders
            if only or waiting_count(uow, each.rightsholder, now)
        ]
    members = {
        "rightsholders": found,
        "fresh": who.is_fresh,
        "error": None if error is None else said.fault(error),
    }
    return present("say/waiting.html", members, status=status)


def _of_one(uow: UnitOfWork, holder: str, may_act: bool, after: str, now: int) -> dict[str, Any]:
    listed = uow.projection.waits.of(holder, now, PAGE + 1, _place(after))
    shown, more = listed[:PAGE], len(listed) > PAGE
    uow.projection.load(each.subject.id for each in shown)
    return {
        "id": holder,
        "name": the_rightsholder(uow, holder).name,
        "may_act": may_act,
        "count": waiting_count(uow, holder, now),
        "running": [
            {"id": each.id, "act": each.act.value} for each in uow.sayings.running_of(holder)
        ],
        "waiting": [line for each in shown if (line := _line(uow, each, now)) is not None],
        "next": "{}-{}".format(*place_of(shown[-1])) if more else None,
    }


def _line(uow: UnitOfWork, waited: Waited, now: int) -> dict[str, Any] | None:
    on = declared(uow, waited.subject)
    for each in waiting_of(on, now):
        if each.id == waited.id:
            return {**shown_waiting(uow, on, each), **_on(on, waited.subject)}
    return None


def _on(on: Work | Location | Rightsholder, subject: Subject) -> dict[str, Any]:
    return {
        "work": on.id if isinstance(on, Work) else None,
        "title": on.title if isinstance(on, Work) else None,
        "place": on.url if isinstance(on, Location) else None,
        "subject": subject.kind,
    }


def _place(after: str) -> tuple[int, str]:
    """Where a page goes on. Raises: InvalidInput."""
    if not after:
        return 0, ""
    effect, _, id = after.partition("-")
    known = effect.isascii() and effect.isdigit() and len(effect) < 20
    if not known or int(effect) > NEVER:
        raise InvalidInput("this page does not exist", field="after", code="bad-parameter")
    return int(effect), id
