"""`/say/<id>/check` and `/say/<id>/withdraw`: what was answered, what it would change, by the rules, and one button
that says it, or takes it back; for one thing also signed by a passkey."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from registry.domain.vocabulary import SERVICE_USAGES
from registry.errors import NotFound, RegistryError, Unavailable
from registry.instants import rfc3339
from registry.services.find import the_platform, the_rightsholder
from registry.services.foresee_word import InForce, in_slot
from registry.services.say_for_many import begin_many
from registry.services.say_word import Survey, Word, note_signed, say_one, subject_of, survey
from registry.services.sign_declaration import Draft, declare_signed, draw_up, public_key_of
from registry.storage.sayings import SayingAct, SayingState
from registry.storage.unit_of_work import UnitOfWork
from registry.web.account.passkey_pages import MOST_CREDENTIAL, for_script, party
from registry.web.account.said import sent
from registry.web.say import said
from registry.web.say.about import About, about, draft_about, keep
from registry.web.say.questions import missing_of, page, whom_members
from registry.web.seen import is_as_seen, mark_of
from registry.web.signed_in import PROVE, SignedIn, see, signed_in
from registry.web.wired import the_registry


def get_check(id: str) -> AnyResponse:
    """What was answered, and what it would change. Raises: NotFound, Forbidden."""
    with the_registry().reading() as uow:
        return _check(uow, id)


def post_check(id: str) -> AnyResponse:
    """Says it, once: about one work or a catalogue in this request, about many by a job.

    Raises: NotFound, Forbidden.
    """
    who, registry = signed_in(), the_registry()
    with registry.reading() as uow:
        found = about(uow, id, "", SayingAct.SAY)
        if found.saying.state is not SayingState.DRAFT:
            return see(f"/say/{id}/done")
        elsewhere = missing_of(found) if found.saying.act is SayingAct.SAY else None
        if elsewhere is not None:
            return see(elsewhere)
        word = _word(found)
        many = subject_of(found.saying) is None
        changes = _survey(uow, found, word)
        if many and not who.is_fresh and changes.loosens:
            return see(f"{PROVE}?next=/say/{id}/check")
        if not is_as_seen(_mark(found, _changes(uow, found, changes), who)):
            return _check(uow, id, said.fault("not-as-seen"), 409)
    try:
        if many:
            with registry.bookkeeping() as uow:
                begin_many(uow, who.account, id, word, who.actor, registry.clock())
        else:
            with registry.writing() as ledger:
                say_one(ledger, who.account, id, word, who.actor)
    except (Unavailable, NotFound):
        raise
    except RegistryError as error:
        with registry.reading() as uow:
            return _check(uow, id, said.sentence_of(error), 422)
    return see(f"/say/{id}/done")


def post_options(id: str) -> Response:
    """What the device is asked to sign, and the text whose digest it is. Raises: NotFound, Forbidden, Conflict."""
    who, registry = signed_in(), the_registry()
    with registry.bookkeeping() as uow:
        draft = _draft(draft_about(uow, id))
        drawn = draw_up(uow, registry.place, who.account, party(), draft, registry.clock())
    begun = drawn.begun
    return for_script({"ceremony": begun.secret, "options": begun.options, "text": drawn.text})


def post_signed(id: str) -> Response:
    """Declares what was signed, if it is what is answered now.

    Raises: Unauthenticated, Conflict, NotFound, Forbidden.
    """
    who = signed_in()
    with the_registry().writing() as ledger:
        found = draft_about(ledger.uow, id)
        draft = _draft(found)
        secret, credential = sent("ceremony"), sent("credential", MOST_CREDENTIAL)
        made = declare_signed(
            ledger, who.account, party(), draft.rightsholder, secret, credential, meant=draft
        )
        note_signed(ledger, who.account, id, found.answers.word(), made)
    return for_script({"next": f"/say/{id}/done"})


def get_withdraw(id: str = "", rightsholder: str = "") -> AnyResponse:
    """What would be taken back: all of it, or what was said to everybody, or one exception. Raises: NotFound,
    Forbidden."""
    with the_registry().reading() as uow:
        found = about(uow, id, rightsholder, SayingAct.WITHDRAW)
        if elsewhere := _no_withdrawal(found):
            return see(elsewhere)
        return _withdraw(uow, found)


def _no_withdrawal(found: About) -> str | None:
    """Where to go instead, if no withdrawal is asked about here, or it is sent already."""
    if found.saying.act is not SayingAct.WITHDRAW:
        return f"{found.origin}/withdraw"
    return None if found.saying.state is SayingState.DRAFT else f"/say/{found.saying.id}/done"


def post_withdraw(id: str = "", rightsholder: str = "") -> AnyResponse:
    """Keeps which; then all is checked. Raises: NotFound, Forbidden."""
    with the_registry().bookkeeping() as uow:
        found = about(uow, id, rightsholder, SayingAct.WITHDRAW)
        if elsewhere := _no_withdrawal(found):
            return see(elsewhere)
        path = keep(uow, found, replace(found.answers, of=sent("of")))
    return see(f"{path}/check")


def _word(found: About) -> Word:
    """Raises: InvalidDeclaration."""
    if found.saying.act is SayingAct.WITHDRAW:
        return Word(of=found.answers.of or None)
    return found.answers.word()


def _survey(uow: UnitOfWork, found: About, word: Word) -> Survey:
    registry = the_registry()
    return survey(uow, found.saying, word, registry.clock(), registry.place.loosening_delay)


def _draft(found: About) -> Draft:
    """The declaration on one thing, to be signed. Raises: NotFound where it is none, InvalidDeclaration."""
    subject = subject_of(found.saying)
    if subject is None or found.saying.act is SayingAct.WITHDRAW or found.answers.missing():
        raise NotFound("there is no declaration here that could be signed", field="id")
    word = found.answers.word()
    assert word.wish is not None, "what is said has a wish"
    holder, language = found.saying.rightsholder, found.saying.language
    return Draft(holder, subject, word.wish, word.grantee, language)


def _check(uow: UnitOfWork, id: str, error: str | None = None, status: int = 200) -> AnyResponse:
    who, found = signed_in(), about(uow, id, "", SayingAct.SAY)
    if found.saying.state is not SayingState.DRAFT:
        return see(f"/say/{id}/done")
    says = found.saying.act is SayingAct.SAY
    elsewhere = missing_of(found) if says else None
    if elsewhere is not None:
        return see(elsewhere)
    answers, word = found.answers, _word(found)
    survey = _survey(uow, found, word)
    changes = _changes(uow, found, survey)
    passkeys = uow.passkeys.of(who.account.id)
    one = subject_of(found.saying) is not None
    signable = says and one and any(public_key_of(each) is not None for each in passkeys)
    members = {
        **changes,
        "act": found.saying.act.value,
        "preset": answers.preset,
        "uses": answers.said() if says else {},
        "platform": whom_members(uow, answers.whom),
        "of": answers.of,
        "conditions": _conditions(answers.chosen.conditions if answers.asks() else None),
        "until": answers.until if says and answers.may_end() else "",
        "has_terms": says and (answers.asks() or answers.may_end()),
        "fresh": who.is_fresh,
        "passkey": signable,
        "seen": _mark(found, changes, who),
        "error": error,
    }
    return page("check.html", found, members, status=status, script=signable)


def _mark(found: About, changes: Mapping[str, Any], who: SignedIn) -> str:
    """Of what a check page shows: the answers, and what they change; and whether it only proposes."""
    lasting = {name: each for name, each in changes.items() if name != "takes_effect_at"}
    proposes = changes["loosens"] and not who.is_fresh
    return mark_of([found.members(), found.saying.answers, lasting, proposes])


def _withdraw(uow: UnitOfWork, found: About) -> Response:
    everything = _survey(uow, found, Word())
    members = {
        **_changes(uow, found, everything),
        "of": found.answers.of,
        "platforms": [_named(uow, id) for id in everything.grantees],
        "to_everybody": any(each.grantee is None for each in everything.changes),
    }
    return page("withdraw.html", found, members)


def _changes(uow: UnitOfWork, found: About, changes: Survey) -> dict[str, Any]:
    """What changes at once, what waits, and what stays as it is; with what speaks instead where nothing is said any
    more about a work: the word on the whole catalogue."""
    registry = the_registry()
    delay = registry.place.loosening_delay
    holder = the_rightsholder(uow, found.saying.rightsholder)
    now = registry.clock()
    then = now + delay
    shown: dict[str, list[dict[str, Any]]] = {"at_once": [], "waits": [], "stays": []}
    for each, count in changes.changes.items():
        behind, behind_now = InForce(), InForce()
        if found.saying.choice is not None and not each.before.preference:
            behind_now = in_slot(holder.declarations, holder.id, each.usage, each.grantee, now)
        if found.saying.choice is not None and not each.in_the_end.preference:
            behind = in_slot(holder.declarations, holder.id, each.usage, each.grantee, then)
        line = {
            "usage": each.usage.value,
            "platform": None if each.grantee is None else _named(uow, each.grantee),
            "before": _shown(each.before),
            "at_once": _shown(each.at_once),
            "in_the_end": _shown(each.in_the_end),
            "behind": _shown(behind) if behind.preference else None,
            "behind_now": behind_now.preference,
            "works": count,
        }
        if each.before != each.at_once:
            shown["at_once"].append(line)
        if each.waits:
            shown["waits"].append(line)
        elif each.before == each.at_once:
            shown["stays"].append(line)
    return {
        **shown,
        "looked_at": changes.looked_at,
        "idle": changes.idle,
        "loosens": changes.loosens,
        "needs_proof": _needs_proof(changes),
        "delay_hours": delay // 3_600_000,
        "takes_effect_at": rfc3339(then),
    }


def _needs_proof(changes: Survey) -> list[str]:
    """What of it counts only once it is proved whose the works are: "yes", "ask", and "no" to what a service needs."""
    found = []
    for each in changes.changes:
        if each.in_the_end.preference == "allow":
            found.append("yes")
        if each.in_the_end.preference == "conditional":
            found.append("ask")
        if each.in_the_end.preference == "deny" and each.usage in SERVICE_USAGES:
            found.append("no")
    return sorted(set(found), reverse=True)


def _conditions(conditions: Any) -> Mapping[str, str]:
    names = ("contact", "credit", "licence", "price")
    return {name: text for name in names if (text := getattr(conditions, name, None))}


def _shown(word: InForce) -> dict[str, Any]:
    return {"preference": word.preference, "pending": word.pending}


def _named(uow: UnitOfWork, platform: str) -> dict[str, str]:
    return {"id": platform, "name": the_platform(uow, platform).name}
