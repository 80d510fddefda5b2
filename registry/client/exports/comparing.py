"""One answer, item by item, against what the rules say of a folded log.

Sources: docs/answering.md; docs/formats.md, "Answer".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from registry.client.exports.asked import Asked
from registry.domain.erasure import GONE
from registry.domain.events import Conditions
from registry.domain.evidence import Evidence
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.resolution import Answer, resolve_in
from registry.domain.sitting import Sitting
from registry.domain.state import State
from registry.domain.vocabulary import Usage, parse_usage
from registry.errors import InvalidIdentifier, InvalidInput
from registry.instants import DAY_MS, rfc3339

_LONG: Final = 100 * 366 * DAY_MS
_AT_BEST_UNSTATED: Final = ("deny", "unstated")


class Mismatch(Exception):
    """What an answer says, and what was to be said."""


def read_item(item: object) -> tuple[tuple[Identifier, ...], bool]:
    """Section 1: the identifiers of an item, each once; and whether one of them, or the item itself, cannot be read."""
    texts = item.get("identifiers") if isinstance(item, dict) else None
    if not isinstance(texts, list) or not texts:
        return (), True
    found: dict[tuple[str, str], Identifier] = {}
    unreadable = False
    for text in texts:
        try:
            if not isinstance(text, str):
                raise InvalidIdentifier("an identifier is text")
            identifier = parse_identifier(text)
        except InvalidInput:
            unreadable = True
        else:
            found.setdefault((identifier.scheme, identifier.value), identifier)
    return tuple(found.values()), unreadable


def check_results(one: Asked, state: State, t: int) -> None:
    """Every result, and until when they were good. `state`: the log that the answer rests on; `t` in ms.

    Raises: Mismatch for the first that is not what the rules say.
    """
    usage: Usage = parse_usage(one.question["usage"])
    sitting = Sitting(state, usage, one.answer.get("platform"), t)
    until = _LONG + t
    for index, (item, result) in enumerate(
        zip(one.question["items"], one.answer["results"], strict=True)
    ):
        identifiers, unreadable = read_item(item)
        if ("error" in result) is not unreadable:
            raise Mismatch(f"result {index} is wrong about which identifiers can be read")
        if not identifiers:
            if "decision" in result:
                raise Mismatch(f"result {index} decides about nothing that can be read")
            continue
        told = resolve_in(sitting, identifiers, max_validity_ms=_LONG, with_evidence=True)
        until = min(until, told.valid_until)
        _check_result(index, told, result, unreadable=unreadable)
    if one.as_of is not None:
        if one.valid_until is not None:
            raise Mismatch("an answer about the past is good until no time at all")
    elif one.valid_until is None or one.valid_until > until:
        raise Mismatch(
            f"it was said to be good until {one.answer.get('valid_until')}, and something that it rests on changes "
            f"at {rfc3339(until)}"
        )


def _check_result(index: int, told: Answer, result: Mapping[str, Any], *, unreadable: bool) -> None:
    decision, reasons = str(told.decision), list(told.reasons)
    if unreadable and decision not in _AT_BEST_UNSTATED:
        decision, reasons = "unstated", ["unreadable-identifier"]
    expected = {
        "decision": decision,
        "permitted": decision == "allow",
        "opted_out": unreadable or decision not in ("allow", "unregistered"),
        "disputed": told.disputed,
        "reasons": reasons,
    }
    for name, value in expected.items():
        if result.get(name) != value:
            raise Mismatch(
                f"result {index} says {name} {_words(result.get(name))}, and by the log it was {_words(value)}"
            )
    if "evidence" in result:
        _check_evidence(index, told.evidence, result["evidence"])


def _check_evidence(
    index: int, told: Sequence[Evidence], said: Sequence[Mapping[str, Any]]
) -> None:
    if len(told) != len(said):
        raise Mismatch(
            f"result {index} has {len(said)} pieces of evidence, and by the log there were {len(told)}"
        )
    for number, (mine, theirs) in enumerate(zip(told, said, strict=True)):
        record = theirs["record"]
        same = {
            "matched": mine.matched,
            "how": mine.how,
            "digest": mine.digest,
            "scope": mine.scope,
            "preference": mine.preference,
            "assurance": mine.assurance,
            "grantee": mine.grantee,
            "speaks": mine.speaks,
            "reason": mine.reason,
        }
        differs = [name for name, value in same.items() if theirs.get(name) != value]
        if not _same_conditions(_conditions(mine.conditions), theirs.get("conditions")):
            differs.append("conditions")
        holder = theirs["rightsholder"]
        if holder["id"] != mine.rightsholder or (mine.name and holder["name"] != mine.name):
            differs.append("rightsholder")
        if (None if record is None else str(record).rpartition("/")[2]) != mine.record:
            differs.append("record")
        if differs:
            raise Mismatch(
                f"evidence {number} of result {index} has another {differs[0]} than the log"
            )


def _same_conditions(mine: Sequence[Mapping[str, str]], said: object) -> bool:
    """Of a text that was erased since it is known that there was one, and of which type; not what it was."""
    if not isinstance(said, list) or len(said) != len(mine):
        return False
    return all(
        theirs == here
        or (
            here["value"] == GONE
            and isinstance(theirs, dict)
            and theirs.keys() == here.keys()
            and theirs["type"] == here["type"]
            and isinstance(theirs["value"], str)
        )
        for here, theirs in zip(mine, said, strict=True)
    )


def _conditions(conditions: Conditions | None) -> list[dict[str, str]]:
    if conditions is None:
        return []
    members: dict[str, str] = msgspec.to_builtins(conditions)
    return [
        {"type": name, "value": members[name]}
        for name in ("licence", "contact", "credit", "price")
        if name in members
    ]


def _words(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
