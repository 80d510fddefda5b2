"""Answers as JSON: `services.answer.Answers` → the members of `AnswerSchema`, in the order of the items.

They are structures and not dicts, because msgspec writes these in half the time, and a batch has thousands.
"""

from binascii import b2a_base64
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from registry.api.problems import problem_of
from registry.api.question import AskedQuestion
from registry.domain.events import Conditions
from registry.domain.evidence import Evidence
from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.vocabulary import VOCABULARY_VERSION, Assurance, Decision, Preference, Usage
from registry.instants import rfc3339
from registry.services.answer import Answers, ItemAnswer
from registry.services.ledger import Place
from registry.storage.head_file import Head


class _Checkpoint(msgspec.Struct, gc=False):
    origin: str
    size: int
    root: str


class _Rightsholder(msgspec.Struct, gc=False):
    id: str
    name: str


class _Evidence(msgspec.Struct, gc=False):
    matched: str
    how: str
    rightsholder: _Rightsholder
    record: str | None
    digest: str | None
    scope: str | None
    preference: Preference | None
    assurance: Assurance
    grantee: str | None
    conditions: list[dict[str, str]]
    speaks: bool
    reason: str | UnsetType


class _Item(msgspec.Struct, gc=False):
    """What is said of an item; what is UNSET is not said."""

    index: int
    ref: str | UnsetType
    decision: Decision | UnsetType
    permitted: bool
    opted_out: bool
    disputed: bool | UnsetType = UNSET
    reasons: tuple[str, ...] | UnsetType = UNSET
    evidence: list[_Evidence] | UnsetType = UNSET
    error: dict[str, Any] | UnsetType = UNSET


class PresentedAnswers(msgspec.Struct, gc=False):
    """The members of an answer, in their order; what is UNSET is not said."""

    test: bool | UnsetType
    usage: Usage
    answered_at: str
    valid_until: str | None
    platform: str | None
    run: str | UnsetType
    as_of: str | UnsetType
    question_digest: str
    checkpoint: _Checkpoint
    vocabulary: str
    canonical_form: str
    results: list[_Item]
    records: dict[str, str] | UnsetType = UNSET


def present_answers(
    question: AskedQuestion,
    answers: Answers,
    place: Place,
    *,
    platform: str | None,
    digest: str,
    evidence: bool,
    test: bool = False,
) -> PresentedAnswers:
    """What is said in answer. `digest` is the question's. `test`: it comes from the sandbox, and says so."""
    base, unreadable = place.public_url, question.unreadable
    results = []
    for index, (item, result) in enumerate(zip(question.items, answers.results, strict=True)):
        if index in unreadable:
            error = problem_of(unreadable[index], base)
            results.append(_Item(index, UNSET, UNSET, False, True, error=error))
        else:
            results.append(_item(index, item.ref, result, base, evidence))
    until = answers.valid_until
    return PresentedAnswers(
        True if test else UNSET,
        question.usage,
        rfc3339(answers.answered_at),
        None if until is None else rfc3339(until),
        platform,
        UNSET if question.run is None else question.run,
        UNSET if question.as_of is None else rfc3339(question.as_of),
        digest,
        _checkpoint(place.origin, answers.head.head),
        VOCABULARY_VERSION,
        CANONICAL_FORM_VERSION,
        results,
    )


def _checkpoint(origin: str, head: Head) -> _Checkpoint:
    return _Checkpoint(origin, head.size, b2a_base64(head.root, newline=False).decode("ascii"))


def _item(index: int, ref: str | None, result: ItemAnswer, base: str, with_evidence: bool) -> _Item:
    answer, named = result.answer, UNSET if ref is None else ref
    error = UNSET if result.error is None else problem_of(result.error, base)
    if answer is None:
        return _Item(index, named, UNSET, False, True, error=error)
    return _Item(
        index,
        named,
        answer.decision,
        answer.permitted,
        answer.opted_out,
        answer.disputed,
        answer.reasons,
        [_evidence(each, base) for each in answer.evidence] if with_evidence else UNSET,
        error,
    )


def _evidence(each: Evidence, base: str) -> _Evidence:
    return _Evidence(
        each.matched,
        each.how,
        _Rightsholder(each.rightsholder, each.name),
        None if each.record is None else f"{base}/v1/records/{each.record}",
        each.digest,
        each.scope,
        each.preference,
        each.assurance,
        each.grantee,
        present_conditions(each.conditions),
        each.speaks,
        UNSET if each.reason is None else each.reason,
    )


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
