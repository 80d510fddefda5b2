"""`/say/<id>/done`: what came of it: the record, or how far a change of many works has come, and what was refused."""

from contextlib import suppress
from typing import Any, Final

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Conflict
from registry.services.find import the_rightsholder
from registry.services.say_for_many import cancel_saying
from registry.services.say_word import subject_of, the_saying
from registry.storage.members import MemberRole
from registry.storage.sayings import Saying, SayingAct, SayingState
from registry.storage.unit_of_work import UnitOfWork
from registry.web.csv_file import csv_file
from registry.web.page import present
from registry.web.say import said
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry

SHOWN_REFUSALS: Final = 100


def get_done(id: str) -> AnyResponse:
    """What came of it. While it runs, the page loads itself again. Raises: NotFound."""
    who = signed_in()
    with the_registry().reading() as uow:
        saying = the_saying(uow, who.account, id, MemberRole.VIEWER)
        if saying.state is SayingState.DRAFT:
            return see(f"/say/{id}/check")
        members = _done(uow, saying)
    headers = {"Refresh": "5"} if saying.state is SayingState.RUNNING else {}
    return present("say/done.html", members, headers=headers)


def post_cancel(id: str) -> AnyResponse:
    """Ends one that runs. Raises: NotFound, Forbidden, Conflict."""
    who, registry = signed_in(), the_registry()
    with (
        registry.bookkeeping() as uow,
        suppress(Conflict),
    ):  # then it has ended meanwhile, as its page says
        cancel_saying(uow, who.account, id, who.actor, registry.clock())
    return see(f"/say/{id}/done")


def get_refused(id: str) -> Response:
    """The works about which it could not be said, each with why, as CSV in which no cell is a formula. Raises:
    NotFound."""
    who = signed_in()
    with the_registry().reading() as uow:
        the_saying(uow, who.account, id, MemberRole.VIEWER)
        rows = [
            (each.work, each.title, each.code, said.refused(each.code, each.words))
            for each in uow.sayings.refusals(id)
        ]
    return csv_file("refused.csv", ("work", "title", "code", "reason"), rows)


def _done(uow: UnitOfWork, saying: Saying) -> dict[str, Any]:
    refusals = list(uow.sayings.refusals(saying.id, SHOWN_REFUSALS))
    dealt_with = saying.done + saying.unchanged + saying.refused
    return {
        "id": saying.id,
        "act": saying.act.value,
        "state": saying.state.value,
        "rightsholder": saying.rightsholder,
        "name": the_rightsholder(uow, saying.rightsholder).name,
        "work": saying.only,
        "many": subject_of(saying) is None or saying.act is SayingAct.STOP,
        "record": saying.outcome,
        "works": saying.works,
        "dealt_with": dealt_with,
        "done": saying.done,
        "unchanged": saying.unchanged,
        "refused": saying.refused,
        "waits": saying.waits,
        "confirmed": saying.authority != "account",
        "trouble": saying.trouble,
        "refusals": [
            {
                "work": each.work,
                "title": each.title,
                "code": each.code,
                "reason": said.refused(each.code, each.words),
            }
            for each in refusals
        ],
    }
