"""`/say/<id>` and its questions, one a page: what is said, for whom, on which conditions. Each keeps what was typed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.vocabulary import Usage
from registry.errors import NotFound
from registry.services.find import the_platform, the_rightsholder
from registry.services.foresee_word import InForce, in_slot
from registry.services.list_platforms import list_platforms, the_listed
from registry.services.say_word import EVERYBODY, spoken
from registry.storage.sayings import SayingAct, SayingState
from registry.storage.unit_of_work import UnitOfWork
from registry.web.begin import said as begin_said
from registry.web.begin.answers import EACH, OFFERED
from registry.web.page import present
from registry.web.platform.shown import in_directory
from registry.web.say import said
from registry.web.say.about import About, about, draft_about, keep
from registry.web.say.answers import CONDITIONS, SayAnswers
from registry.web.signed_in import see
from registry.web.wired import the_registry

STEPS: Final = 3
FOUND: Final = 20
"""Platforms that a search shows."""


def get_what(id: str = "", rightsholder: str = "") -> AnyResponse:
    """The first question: what you say. Raises: NotFound, Forbidden."""
    with the_registry().reading() as uow:
        found = about(uow, id, rightsholder, SayingAct.SAY)
        if found.saying.state is not SayingState.DRAFT:
            return see(f"/say/{found.saying.id}/done")
        if found.saying.act is SayingAct.WITHDRAW:
            return see(f"{found.path}/withdraw")
        return _what(uow, found, found.answers)


def post_what(id: str = "", rightsholder: str = "") -> AnyResponse:
    """Keeps it. Whoever chooses for each use is asked that next. Raises: NotFound, Forbidden."""
    preset = _sent("preset")
    with the_registry().bookkeeping() as uow:
        found = about(uow, id, rightsholder, SayingAct.SAY)
        if found.saying.state is not SayingState.DRAFT:
            return see(f"/say/{found.saying.id}/done")
        if preset not in (*OFFERED, EACH):
            return _what(uow, found, found.answers, {"preset": "preset"})
        path = keep(uow, found, replace(found.answers, preset=preset))
    return see(f"{path}/uses" if preset == EACH else f"{path}/whom")


def get_uses(id: str) -> Response:
    """What you say about each of the nine uses. Raises: NotFound, Forbidden."""
    with the_registry().reading() as uow:
        found = draft_about(uow, id)
        return _uses(uow, found, found.answers)


def post_uses(id: str) -> AnyResponse:
    """Keeps it. Raises: NotFound, Forbidden."""
    chosen = {usage.value: _sent(usage.value) for usage in Usage}
    uses = {token: each for token, each in chosen.items() if each in begin_said.CHOICES}
    with the_registry().bookkeeping() as uow:
        found = draft_about(uow, id)
        answers = replace(found.answers, preset=EACH, uses=uses)
        if not any(uses.values()):
            return _uses(uow, found, answers, {"uses": "uses"})
        path = keep(uow, found, answers)
    return see(f"{path}/whom")


def get_whom(id: str) -> Response:
    """For whom: everybody, or one platform of the public directory. Raises: NotFound, Forbidden."""
    with the_registry().reading() as uow:
        return _whom(uow, draft_about(uow, id))


def post_whom(id: str) -> AnyResponse:
    """Keeps it. Raises: NotFound, Forbidden."""
    whom = _sent("whom")
    with the_registry().bookkeeping() as uow:
        found = draft_about(uow, id)
        if whom != EVERYBODY and not _is_platform(uow, whom):
            return _whom(uow, found, {"whom": "whom"})
        answers = replace(found.answers, whom=whom)
        path = keep(uow, found, answers)
    return see(f"{path}/terms" if answers.asks() or answers.may_end() else f"{path}/check")


def get_terms(id: str) -> AnyResponse:
    """On which conditions, and until when. Raises: NotFound, Forbidden."""
    with the_registry().reading() as uow:
        found = draft_about(uow, id)
    return _terms(found, found.answers)


def post_terms(id: str) -> AnyResponse:
    """Keeps it. Raises: NotFound, Forbidden."""
    typed: dict[str, Any] = {name: _sent(name).strip() for name in (*CONDITIONS, "until")}
    with the_registry().bookkeeping() as uow:
        found = draft_about(uow, id)
        answers = replace(found.answers, **typed)
        missing = answers.missing()
        if missing not in (None, "terms"):
            return see(_at(found, missing))
        wrong = answers.wrong(the_registry().clock())
        if wrong is not None:
            return _terms(found, answers, {wrong[0]: wrong[1]})
        path = keep(uow, found, answers)
    return see(f"{path}/check")


def missing_of(found: About) -> str | None:
    """The address of the first question that is not answered well; None where all are."""
    answers = found.answers
    missing = answers.missing()
    if missing is not None:
        return _at(found, missing)
    if answers.wrong(the_registry().clock()) is not None:
        return f"{found.path}/terms"
    return None


def whom_members(uow: UnitOfWork, whom: str) -> dict[str, Any] | None:
    """The platform that was chosen, as the directory shows it; None for everybody. Raises: NotFound."""
    if whom in ("", EVERYBODY):
        return None
    platform = the_platform(uow, whom, field="whom")
    return in_directory(the_listed(uow, platform, uow.platform_profiles.of(platform.id)))


def _at(found: About, question: str) -> str:
    return found.path if question == "what" else f"{found.path}/{question}"


def _is_platform(uow: UnitOfWork, whom: str) -> bool:
    try:
        the_platform(uow, whom, field="whom")
    except NotFound:
        return False
    return True


def _what(
    uow: UnitOfWork, found: About, answers: SayAnswers, faults: Mapping[str, str] | None = None
) -> Response:
    now = _now(uow, found, answers)
    members = {"preset": answers.preset, "now": now, "behind": _behind(uow, found), **_step(1)}
    return page("what.html", found, members, faults)


def _uses(
    uow: UnitOfWork, found: About, answers: SayAnswers, faults: Mapping[str, str] | None = None
) -> Response:
    now = _now(uow, found, answers)
    uses = answers.uses if any(answers.uses.values()) else _as_it_is(now)
    members = {
        "uses": {usage.value: uses.get(usage.value, "") for usage in Usage},
        "now": now,
        "behind": _behind(uow, found),
        **_step(1),
    }
    return page("uses.html", found, members, faults)


def _whom(uow: UnitOfWork, found: About, faults: Mapping[str, str] | None = None) -> Response:
    search = request.args.get("q", "")[:200].strip()
    listed = list_platforms(uow, search, "", FOUND)[0] if search else []
    chosen = whom_members(uow, found.answers.whom)
    platforms = [in_directory(each) for each in listed]
    if chosen is not None and chosen["id"] not in [each["id"] for each in platforms]:
        platforms.insert(0, chosen)
    members = {
        "whom": found.answers.whom or EVERYBODY,
        "search": search,
        "platforms": platforms,
        **_step(2),
    }
    return page("whom.html", found, members, faults)


def _terms(
    found: About, answers: SayAnswers, faults: Mapping[str, str] | None = None
) -> AnyResponse:
    if answers.missing() not in (None, "terms"):
        return see(found.path)
    members = {
        **{name: getattr(answers, name) for name in (*CONDITIONS, "until")},
        "asks": answers.asks(),
        "may_end": answers.may_end(),
        **_step(3),
    }
    return page("terms.html", found, members, faults)


def _now(uow: UnitOfWork, found: About, answers: SayAnswers) -> dict[str, list[dict[str, Any]]]:
    """What is in force, use by use, with how many of the works that were looked at; most of them first."""
    grantee = None if answers.whom in ("", EVERYBODY) else answers.whom
    there = spoken(uow, found.saying, grantee, the_registry().clock())
    return {usage.value: _counted(words) for usage, words in there.items()}


def _behind(uow: UnitOfWork, found: About) -> dict[str, str]:
    """What the word on the whole catalogue says to everybody now, use by use, where works were chosen."""
    if found.saying.choice is None:
        return {}
    holder, now = the_rightsholder(uow, found.saying.rightsholder), the_registry().clock()
    said_of_all = {
        usage.value: in_slot(holder.declarations, holder.id, usage, None, now).preference
        for usage in Usage
    }
    return {usage: preference for usage, preference in said_of_all.items() if preference}


def _counted(words: Counter[InForce]) -> list[dict[str, Any]]:
    return [
        {"preference": word.preference, "pending": word.pending, "works": count}
        for word, count in words.most_common()
    ]


def _as_it_is(now: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """What all of them say already, to begin with; nothing where they differ."""
    return {usage: words[0]["preference"] for usage, words in now.items() if len(words) == 1}


def _step(number: int) -> dict[str, int]:
    return {"step": number, "steps": STEPS}


def page(
    template: str,
    found: About,
    members: Mapping[str, Any],
    faults: Mapping[str, str] | None = None,
    *,
    status: int | None = None,
    script: bool = False,
) -> Response:
    """A page of this room. `faults`: field → code."""
    shown = {name: said.fault(code) for name, code in (faults or {}).items()}
    status = status or (422 if shown else 200)
    all_ = {**found.members(), **members, "faults": shown}
    return present(f"say/{template}", all_, status=status, script=script)


def _sent(name: str, most: int = 2_000) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")[:most]
