"""`/begin/check` and `/begin/done`: everything at a glance, one button that registers it, and what came of it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.dossiers import Location
from registry.errors import Forbidden, NotFound, RegistryError, Unavailable
from registry.instants import rfc3339
from registry.services.act_for import may
from registry.services.begin import Begun, begin
from registry.services.find import standing, the_location, the_rightsholder, the_work
from registry.services.ledger import Ledger
from registry.services.prove_claim import AskedTooSoon, ask_for_proof
from registry.storage.drafts import Draft
from registry.storage.members import MemberRole
from registry.storage.unit_of_work import UnitOfWork
from registry.web.begin import said
from registry.web.begin.answers import Answers
from registry.web.begin.kept import OWN_MS, answers_of, draft_in, take, the_draft
from registry.web.begin.questions import BEGIN, CHECK, PATHS, acting_for
from registry.web.languages import language
from registry.web.page import present
from registry.web.proving import next_step, place_to_prove
from registry.web.seen import is_as_seen, mark_of
from registry.web.signed_in import PROVE, SignedIn, person, see, signed_in
from registry.web.wired import the_registry


def get_check() -> AnyResponse:
    """Everything that was answered, each with a way to change it."""
    draft = the_draft()
    return see(f"{BEGIN}?gone=1") if draft is None else _check(draft)


def post_check() -> AnyResponse:
    """Registers and declares all of it, once: whoever sends it twice gets the first outcome."""
    who, registry = signed_in(), the_registry()
    shown = the_draft()
    if shown is None:
        return _sent_before(who)
    answers = answers_of(shown)
    missing = answers.missing()
    if missing is not None:
        return see(PATHS[missing])
    if answers.permits() and not who.is_fresh:
        return see(f"{PROVE}?next={CHECK}")
    glance = _glance(answers)
    if glance is None or not is_as_seen(mark_of(glance)):
        return _check(shown, said.fault("not-as-seen"), 409)
    try:
        with registry.writing() as ledger:
            draft = draft_in(ledger.uow)
            if draft is None or answers_of(draft) != answers:
                return see(CHECK)  # sent or changed in another window meanwhile
            begun = _begin(ledger, who, answers)
            kept = replace(
                draft,
                account=who.account.id,
                outcome=begun.members(),
                until=ledger.now + OWN_MS,
            )
            ledger.uow.drafts.change(kept)
    except Unavailable:
        raise
    except RegistryError as error:
        return _check(shown, said.sentence_of(error), 422)
    return take(see(f"/begin/done/{shown.id}"))


def get_done(id: str) -> Response:
    """What was registered, what it is worth today, and what comes next. Raises: NotFound for another's."""
    who, registry = signed_in(), the_registry()
    with registry.reading() as uow:
        draft = uow.drafts.of(who.account.id, id)
        if draft is None or draft.outcome is None:
            raise NotFound(
                "there is nothing of yours here; what was sent long ago is in your account"
            )
        members = _done(uow, draft)
    return present("begin/done.html", members)


def post_look(id: str) -> AnyResponse:
    """Has a site or profile looked at, for the line that proves it. Raises: NotFound, Forbidden."""
    who, claim = signed_in(), request.form.get("claim", "")
    with the_registry().writing() as ledger:
        draft = ledger.uow.drafts.of(who.account.id, id)
        if draft is None or draft.outcome is None:
            raise NotFound("there is nothing of yours here")
        holder = draft.outcome["rightsholder"]
        may(ledger.uow, who.account, holder, MemberRole.EDITOR)
        with suppress(AskedTooSoon):  # then the look of a moment ago is shown
            ask_for_proof(ledger, claim, holder)
    return see(f"/begin/done/{id}?asked={quote(claim)}")


def post_anew() -> AnyResponse:
    """Throws the draft away."""
    with the_registry().bookkeeping() as uow:
        draft = draft_in(uow)
        if draft is not None:
            uow.drafts.drop(draft.id)
    return take(see(BEGIN))


def _begin(ledger: Ledger, who: SignedIn, answers: Answers) -> Begun:
    holder = answers.holder or _same_name(acting_for(ledger.uow, who), answers.name)
    return begin(
        ledger, who.account, answers.beginning(holder or None), who.actor, language=language()
    )


def _sent_before(who: SignedIn) -> AnyResponse:
    """For a second click: to what the first one did."""
    with the_registry().reading() as uow:
        last = uow.drafts.sent_last(who.account.id)
    return see(BEGIN if last is None else f"/begin/done/{last.id}")


def _same_name(acting: Sequence[Mapping[str, str]], name: str) -> str:
    """The one of this name for whom somebody acts already, rather than a second one; empty for none."""
    for each in acting:
        if each["name"].casefold() == name.casefold():
            return each["id"]
    return ""


def _check(draft: Draft, error: str | None = None, status: int = 200) -> AnyResponse:
    answers = answers_of(draft)
    missing = answers.missing()
    if missing is not None:
        return see(PATHS[missing])
    glance = _glance(answers)
    if glance is None:
        return see(PATHS["who"])
    members = {
        **glance,
        "seen": mark_of(glance),
        "signed_in": person() is not None,
        "error": error,
    }
    return present("begin/check.html", members, status=status)


def _glance(answers: Answers) -> dict[str, Any] | None:
    """All that is registered with these answers; None where they name a rightsholder for whom one acts no more."""
    with the_registry().reading() as uow:
        acting = acting_for(uow, person())
    known = {each["id"]: each["name"] for each in acting}
    holder = answers.holder or _same_name(acting, answers.name)
    if answers.holder and answers.holder not in known:
        return None
    return {
        "name": known.get(holder, answers.name),
        "known": holder in known,
        "parts": list(answers.parts),
        "preset": answers.preset,
        "uses": answers.said(),
        "conditions": {
            name: text
            for name, text in (
                ("contact", answers.contact),
                ("credit", answers.credit),
                ("licence", answers.licence),
            )
            if text and "conditional" in answers.said().values()
        },
        "places": [
            {"url": each.url, "whole_host": each.whole_host} for each in answers.place_lines()
        ],
        "works": [
            {
                "title": each.title,
                "kind": answers.kind_of(each).value,
                "identifiers": list(each.identifiers),
            }
            for each in answers.work_lines()
        ],
        "permits": answers.permits(),
        "delay_hours": the_registry().place.loosening_delay // 3_600_000,
    }


def _done(uow: UnitOfWork, draft: Draft) -> dict[str, Any]:
    outcome, answers = draft.outcome or {}, answers_of(draft)
    works = [the_work(uow, id) for id in outcome["works"]]
    waits = outcome["takes_effect_at"]
    return {
        "id": draft.id,
        "asked": request.args.get("asked", ""),
        "name": the_rightsholder(uow, outcome["rightsholder"]).name,
        "rightsholder": outcome["rightsholder"],
        "reference": outcome["seq"],
        "record": outcome["record"],
        "record_url": f"{the_registry().place.public_url}/records/{outcome['record']}",
        "preset": answers.preset,
        "uses": answers.said(),
        "takes_effect_at": None if waits is None else rfc3339(waits),
        "works": [
            {
                "id": work.id,
                "title": work.title,
                "identifiers": [
                    {"text": held.text, "next_step": next_step(held.text)}
                    for held in work.identifiers
                ],
            }
            for work in works
        ],
        "places": [
            _place(uow, the_location(uow, id), outcome["rightsholder"])
            for id in outcome["locations"]
        ],
        "files": any(
            held.text.startswith(("sha256:", "sha512:", "blake3:"))
            for work in works
            for held in work.identifiers
        ),
    }


def _place(uow: UnitOfWork, location: Location, holder: str) -> dict[str, Any]:
    claim = next((each for each in standing(location) if each.rightsholder == holder), None)
    if claim is None:
        raise Forbidden("this place is not yours any more")
    return place_to_prove(uow, location, claim)
