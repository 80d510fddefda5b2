"""`/begin` and its questions, one a page: who you are, what you say about AI, what is yours. Each keeps what was
typed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.declaration import statements
from registry.domain.vocabulary import Usage
from registry.errors import InvalidDeclaration, InvalidInput
from registry.services.act_for import MOST_RIGHTSHOLDERS
from registry.services.begin import MOST_PLACES, MOST_WORKS
from registry.services.find import the_rightsholder
from registry.storage.members import MemberRole
from registry.storage.unit_of_work import UnitOfWork
from registry.web.begin import said
from registry.web.begin.answers import EACH, MOST_TEXT, OFFERED, PARTS, Answers
from registry.web.begin.kept import (
    TooManyDraftsError,
    answers_of,
    give,
    keep,
    the_draft,
)
from registry.web.begin.lines import PlaceLine, WorkLine, without
from registry.web.page import present
from registry.web.signed_in import SignedIn, person, see
from registry.web.wired import the_registry

BEGIN: Final = "/begin"
CHECK: Final = "/begin/check"
CATALOGUE: Final = "/catalogue"
PATHS: Final = {"who": BEGIN, "say": "/begin/say", "uses": "/begin/uses", "works": "/begin/works"}
_TEXTS: Final = ("contact", "credit", "licence")


def get_who() -> Response:
    """The first question: who you are, and what you are to the works."""
    return _who(answers_of(the_draft()))


def post_who() -> AnyResponse:
    """Keeps it."""
    before = answers_of(the_draft())
    holder = _sent("holder")
    acts = {each["id"] for each in _holders()}
    answers = replace(
        before,
        holder=holder if holder in acts else "",
        name=_sent("name").strip(),
        parts=tuple(part for part in PARTS if part in request.form.getlist("parts")),
    )
    faults = {}
    if not answers.holder and not _is_name(answers.name):
        faults["name"] = "name"
    if not answers.parts:
        faults["parts"] = "parts"
    return _who(answers, faults) if faults else _go_on(answers)


def get_say() -> AnyResponse:
    """The second: what you say about AI."""
    draft = the_draft()
    return _begin_first() if draft is None else _say(answers_of(draft))


def post_say() -> AnyResponse:
    """Keeps it. Whoever chooses for each use is asked that next."""
    draft = the_draft()
    if draft is None:
        return _begin_first()
    chosen = _sent("preset")
    answers = replace(
        answers_of(draft),
        preset=chosen if chosen in (*OFFERED, EACH) else "",
        contact=_sent("contact").strip(),
    )
    faults = {}
    if not answers.preset:
        faults["preset"] = "preset"
    if answers.preset == "ask-me-first" and (wrong := _wrong(answers)):
        faults["contact"] = wrong[1]
    if faults:
        return _say(answers, faults)
    return _go_on(answers, to=PATHS["uses"] if answers.preset == EACH else None)


def get_uses() -> AnyResponse:
    """What you say about each of the nine uses."""
    draft = the_draft()
    if draft is None:
        return _begin_first()
    answers = answers_of(draft)
    if not any(answers.uses.values()):
        answers = replace(answers, uses=answers.said() if answers.preset != EACH else _no_ai())
    return _uses(answers)


def post_uses() -> AnyResponse:
    """Keeps it."""
    draft = the_draft()
    if draft is None:
        return _begin_first()
    chosen = {usage.value: _sent(usage.value) for usage in Usage}
    answers = replace(
        answers_of(draft),
        preset=EACH,
        uses={token: each for token, each in chosen.items() if each in said.CHOICES},
        contact=_sent("contact").strip(),
        credit=_sent("credit").strip(),
        licence=_sent("licence").strip(),
    )
    if not any(answers.uses.values()):
        return _uses(answers, {"uses": "uses"})
    wrong = _wrong(answers)
    return _uses(answers, {wrong[0]: wrong[1]}) if wrong else _go_on(answers)


def get_works() -> AnyResponse:
    """The third: what is yours."""
    draft = the_draft()
    return _begin_first() if draft is None else _works(answers_of(draft), checked=False)


def post_works() -> AnyResponse:
    """Keeps it, also where lines are at fault; these are shown, each with why, and can be left out by one button."""
    draft = the_draft()
    if draft is None:
        return _begin_first()
    answers = replace(
        answers_of(draft),
        places=_sent("places", MOST_TEXT),
        works=_sent("works", MOST_TEXT),
    )
    if _sent("catalogue"):
        where = CATALOGUE if person() else f"/account/sign-up?next={CATALOGUE}"
        return give(see(where), keep(answers))
    if _sent("leave"):
        answers = _without_faults(answers)
    if answers.theirs_fault() is None:
        return _go_on(answers)
    secret = keep(answers)
    return give(_works(answers, checked=True), secret)


def acting_for(uow: UnitOfWork, who: SignedIn | None) -> list[dict[str, str]]:
    """The rightsholders whose works somebody may register: id and name."""
    if who is None:
        return []
    return [
        {
            "id": each.rightsholder,
            "name": the_rightsholder(uow, each.rightsholder, field="holder").name,
        }
        for each in uow.members.for_account(who.account.id)[:MOST_RIGHTSHOLDERS]
        if each.role is not MemberRole.VIEWER
    ]


def _holders() -> list[dict[str, str]]:
    with the_registry().reading() as uow:
        return acting_for(uow, person())


def _step(number: int) -> dict[str, int]:
    """Which question this is."""
    return {"step": number, "steps": 3}


def _who(
    answers: Answers, faults: Mapping[str, str] | None = None, status: int | None = None
) -> Response:
    members = {
        "name": answers.name,
        "holder": answers.holder,
        "holders": _holders(),
        "parts": list(answers.parts),
        "gone": "gone" in request.args,
        **_step(1),
    }
    return _page("who.html", members, faults, status=status)


def _say(answers: Answers, faults: Mapping[str, str] | None = None) -> Response:
    members = {"preset": answers.preset, "contact": answers.contact, **_step(2)}
    return _page("say.html", members, faults)


def _uses(answers: Answers, faults: Mapping[str, str] | None = None) -> Response:
    members = {
        "uses": {usage.value: answers.uses.get(usage.value, "") for usage in Usage},
        **{name: getattr(answers, name) for name in _TEXTS},
        **_step(2),
    }
    return _page("uses.html", members, faults)


def _works(answers: Answers, *, checked: bool) -> Response:
    works, places = answers.work_lines(), answers.place_lines()
    whole = answers.theirs_fault()
    members = {
        "places": answers.places,
        "works": answers.works,
        "bad_places": [_shown_fault(each) for each in places if each.fault],
        "bad_works": [_shown_fault(each) for each in works if each.fault],
        "most_works": MOST_WORKS,
        "most_places": MOST_PLACES,
        **_step(3),
    }
    faults = {"all": whole} if checked and whole not in (None, "lines") else {}
    return _page(
        "works.html",
        members,
        faults,
        status=422 if checked and whole else None,
        script=True,
    )


def _shown_fault(line: WorkLine | PlaceLine) -> dict[str, Any]:
    """A line that was not understood, and why."""
    at_fault = line.part if isinstance(line, WorkLine) else ""
    return {
        "number": line.number,
        "text": line.text[:300],
        "part": at_fault[:300] if at_fault != line.text else "",
        "why": said.fault(line.fault or ""),
    }


def _without_faults(answers: Answers) -> Answers:
    works = {each.number for each in answers.work_lines() if each.fault}
    places = {each.number for each in answers.place_lines() if each.fault}
    return replace(
        answers,
        works=without(answers.works, works),
        places=without(answers.places, places),
    )


def _wrong(answers: Answers) -> tuple[str, str] | None:
    """Field and code of what is wrong in the conditions, as the declaration would refuse them."""
    try:
        statements(answers.wish(), the_registry().clock())
    except InvalidDeclaration as error:
        name = (error.field or "").rpartition(".")[2]
        if error.code == "conditions-missing":
            return "contact", "conditions"
        if error.code == "not-a-link":
            return "licence", "licence"
        if error.code == "contact-missing":
            return "contact", "contact"
        return (name if name in _TEXTS else "contact"), "line"
    except InvalidInput:
        return "contact", "line"
    return None


def _is_name(name: str) -> bool:
    return 1 <= len(name) <= 200 and name.isprintable()


def _no_ai() -> dict[str, str]:
    return Answers(preset="no-ai").said()


def _go_on(answers: Answers, to: str | None = None) -> AnyResponse:
    """Keeps the answers and leads to the first question that is open, or to where all are checked."""
    try:
        secret = keep(answers)
    except TooManyDraftsError:
        return _who(answers, {"all": "too-many-drafts"}, 429)
    missing = answers.missing()
    where = to or (CHECK if missing is None else PATHS[missing])
    return give(see(where), secret)


def _begin_first() -> AnyResponse:
    return see(f"{BEGIN}?gone=1")


def _page(
    template: str,
    members: Mapping[str, Any],
    faults: Mapping[str, str] | None = None,
    *,
    status: int | None = None,
    script: bool = False,
) -> Response:
    found = {name: said.fault(code) for name, code in (faults or {}).items()}
    status = status or (422 if found else 200)
    return present(f"begin/{template}", {**members, "faults": found}, status=status, script=script)


def _sent(name: str, most: int = 2_000) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")[:most]
