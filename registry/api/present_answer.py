"""Answers as JSON: `services.answer.Answers` → the members of `AnswerSchema`, in the order of the items."""

from base64 import b64encode
from typing import Any

from registry.api.problems import problem_of
from registry.api.question import AskedQuestion
from registry.domain.events import Conditions
from registry.domain.evidence import Evidence
from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.vocabulary import VOCABULARY_VERSION
from registry.instants import rfc3339
from registry.services.answer import Answers, ItemAnswer
from registry.services.ledger import Place


def present_answers(
    question: AskedQuestion,
    answers: Answers,
    place: Place,
    *,
    platform: str | None,
    digest: str,
    evidence: bool,
) -> dict[str, Any]:
    """The members of an answer. `digest` is the question's."""
    head = answers.head.head
    members: dict[str, Any] = {
        "usage": question.usage,
        "answered_at": rfc3339(answers.answered_at),
        "valid_until": None if answers.valid_until is None else rfc3339(answers.valid_until),
        "platform": platform,
    }
    if question.run is not None:
        members["run"] = question.run
    if question.as_of is not None:
        members["as_of"] = rfc3339(question.as_of)
    members["question_digest"] = digest
    members["checkpoint"] = {
        "origin": place.origin,
        "size": head.size,
        "root": b64encode(head.root).decode("ascii"),
    }
    members["vocabulary"] = VOCABULARY_VERSION
    members["canonical_form"] = CANONICAL_FORM_VERSION
    base, unreadable = place.public_url, question.unreadable
    members["results"] = [
        _result(index, item.ref, result, base, evidence)
        if index not in unreadable
        else {
            "index": index,
            "error": problem_of(unreadable[index], base),
            "permitted": False,
            "opted_out": True,
        }
        for index, (item, result) in enumerate(zip(question.items, answers.results, strict=True))
    ]
    return members


def _result(
    index: int, ref: str | None, result: ItemAnswer, base: str, with_evidence: bool
) -> dict[str, Any]:
    members: dict[str, Any] = {"index": index}
    if ref is not None:
        members["ref"] = ref
    answer = result.answer
    if answer is None:
        members["permitted"], members["opted_out"] = False, True
    else:
        members["decision"] = answer.decision
        members["permitted"] = answer.permitted
        members["opted_out"] = answer.opted_out
        members["disputed"] = answer.disputed
        members["reasons"] = answer.reasons
        if with_evidence:
            members["evidence"] = [_evidence(each, base) for each in answer.evidence]
    if result.error is not None:
        members["error"] = problem_of(result.error, base)
    return members


def _evidence(each: Evidence, base: str) -> dict[str, Any]:
    members: dict[str, Any] = {
        "matched": each.matched,
        "how": each.how,
        "rightsholder": {"id": each.rightsholder, "name": each.name},
        "record": None if each.record is None else f"{base}/v1/records/{each.record}",
        "digest": each.digest,
        "scope": each.scope,
        "preference": each.preference,
        "assurance": each.assurance,
        "grantee": each.grantee,
        "conditions": present_conditions(each.conditions),
        "speaks": each.speaks,
    }
    if each.reason is not None:
        members["reason"] = each.reason
    return members


def present_conditions(conditions: Conditions | None) -> list[dict[str, str]]:
    """Conditions as a list, in a fixed order; empty where there are none."""
    if conditions is None:
        return []
    named = {
        "licence": conditions.licence,
        "contact": conditions.contact,
        "credit": conditions.credit,
        "price": conditions.price,
    }
    return [{"type": name, "value": value} for name, value in named.items() if value is not None]


def records_of(answers: Answers) -> list[str]:
    """The ids of all records behind these answers, each once, in order."""
    found: dict[str, None] = {}
    for result in answers.results:
        if result.answer is not None:
            for each in result.answer.evidence:
                if each.record is not None:
                    found[each.record] = None
    return list(found)
