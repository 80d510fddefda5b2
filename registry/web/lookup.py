"""One work, all nine uses: what the registry answers to whoever asks without a name, with all it rests on.

Nine questions in one read transaction, so that one checkpoint covers them. What several uses rest on in the
same way is named once, with what was said about each of them.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from registry.bootstrap import Registry
from registry.domain.evidence import Evidence
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Usage
from registry.errors import InvalidIdentifier
from registry.instants import rfc3339
from registry.services.answer import Answers, Inquiry, Item, ItemAnswer, answer_within
from registry.web.pasted import readings


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was pasted, what it was read as, and why it could not be read, if so."""

    text: str
    read_as: list[str]
    error: str | None


def read_line(text: str) -> Line:
    """What a pasted line was read as."""
    found = readings(text)
    try:
        return Line(text, [str(parse_identifier(each)) for each in found], None)
    except InvalidIdentifier as error:
        return Line(text, [], error.message)


def look_up(
    registry: Registry, lines: Sequence[str], as_of: int | None, asker: str | None = None
) -> dict[str, Any]:
    """The answers about one asset for all nine uses. `as_of` in ms, or None for now; `asker`: as a platform would get
    them that asks with its signature.

    Raises: Unavailable where the store is away, InvalidInput for an `as_of` that is not settled.
    """
    item = Item([reading for line in lines for reading in readings(line)])
    with registry.lookups.transaction() as transaction:
        now = registry.clock()
        answers = {
            usage: answer_within(
                transaction,
                Inquiry(usage, [item], asker, as_of),
                now=now,
                max_validity=registry.settings.max_validity,
            )
            for usage in Usage
        }
    registry.released(answers[Usage.SEARCH].head)
    return {
        "asked": [msgspec.to_builtins(read_line(line)) for line in lines],
        **_circumstances(answers, registry.place.origin, as_of),
        "answers": [_answer(usage, each.results[0]) for usage, each in answers.items()],
        "evidence": _evidence({usage: each.results[0] for usage, each in answers.items()}),
    }


def _circumstances(answers: dict[Usage, Answers], origin: str, as_of: int | None) -> dict[str, Any]:
    one = answers[Usage.SEARCH]
    until = [each.valid_until for each in answers.values() if each.valid_until is not None]
    head = one.head.head
    return {
        "answered_at": rfc3339(one.answered_at),
        "as_of": None if as_of is None else rfc3339(as_of),
        "valid_until": rfc3339(min(until)) if until else None,
        "checkpoint": {
            "origin": origin,
            "size": head.size,
            "root": b64encode(head.root).decode("ascii"),
        },
        "rests_on_entries": one.size,
    }


def _answer(usage: Usage, result: ItemAnswer) -> dict[str, Any]:
    answer = result.answer
    return {
        "usage": usage.value,
        "decision": "error" if answer is None else answer.decision.value,
        "permitted": result.permitted,
        "opted_out": result.opted_out,
        "disputed": answer is not None and answer.disputed,
        "reasons": [] if answer is None else list(answer.reasons),
    }


def _evidence(results: dict[Usage, ItemAnswer]) -> list[dict[str, Any]]:
    """What the answers rest on, each thing once, with what it says about which uses."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for usage, result in results.items():
        for each in () if result.answer is None else result.answer.evidence:
            key = (each.rightsholder, each.matched, each.how, each.record, each.scope)
            thing = found.setdefault((*key, each.assurance), _thing(each))
            _add_said(thing["says"], usage, each)
    return sorted(found.values(), key=lambda thing: thing["record"] is None)


def _add_said(says: list[dict[str, Any]], usage: Usage, each: Evidence) -> None:
    """Adds what is said about a use; uses of which the same is said stand together."""
    conditions = each.conditions
    said = {
        "preference": None if each.preference is None else each.preference.value,
        "speaks": each.speaks,
        "reason": each.reason,
        "conditions": None if conditions is None else msgspec.to_builtins(conditions),
    }
    for other in says:
        if {**other, "usages": None} == {**said, "usages": None}:
            other["usages"].append(usage.value)
            return
    says.append({"usages": [usage.value], **said})


def _thing(each: Evidence) -> dict[str, Any]:
    return {
        "matched": each.matched,
        "how": each.how,
        "rightsholder": each.name,
        "assurance": each.assurance.value,
        "scope": each.scope,
        "record": each.record,
        "digest": each.digest,
        "grantee": each.grantee,
        "says": [],
    }
