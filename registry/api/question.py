"""Reading a question: bytes → what is asked, item by item.

Nearly every question is plain, and one typed decoder reads it in microseconds. Whatever is unusual about
one (an escape, a member twice, unknown or of a wrong kind, a limit) is decided by the schema that also
describes it, `QuestionSchema`. The two agree: tests/api/test_question.py compares them.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from marshmallow import ValidationError

from registry.api.blueprint import invalid_members
from registry.api.json_bodies import read_json
from registry.api.question_schemas import (
    ITEM,
    LONGEST_IDENTIFIER,
    LONGEST_REF,
    MOST_IDENTIFIERS_OF_AN_ITEM,
    MOST_ITEMS,
    QUESTION,
)
from registry.domain.vocabulary import Usage, parse_usage
from registry.errors import InvalidInput, TooLarge
from registry.instants import parse_rfc3339
from registry.services.answer import Item

_Ref = Annotated[str, msgspec.Meta(max_length=LONGEST_REF)]
_Text = Annotated[str, msgspec.Meta(max_length=LONGEST_IDENTIFIER)]
_NOTHING = Item(())


class _PlainItem(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    identifiers: Annotated[
        list[_Text], msgspec.Meta(min_length=1, max_length=MOST_IDENTIFIERS_OF_AN_ITEM)
    ]
    ref: _Ref | None = None


class _PlainQuestion(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    usage: Usage
    items: Annotated[list[_PlainItem], msgspec.Meta(min_length=1, max_length=MOST_ITEMS)]
    as_of: str | None = None
    run: _Ref | None = None


_decode = msgspec.json.Decoder(_PlainQuestion).decode


class AskedQuestion(msgspec.Struct, frozen=True, gc=False):
    """A question that can be answered. `items` and `refs` go by place; `unreadable` says which items are
    not items at all, and why; their place in `items` is kept by an empty one. `as_of` in ms."""

    usage: Usage
    items: Sequence[Any]
    as_of: int | None
    run: str | None
    unreadable: Mapping[int, InvalidInput]


_NONE_UNREADABLE: Mapping[int, InvalidInput] = MappingProxyType({})


def read_question(body: bytes) -> AskedQuestion:
    """The question in a body.

    Raises: InvalidInput naming the field where the question as a whole cannot be understood, TooLarge.
    """
    plain = _read_plainly(body)
    if plain is not None:
        as_of = None if plain.as_of is None else parse_rfc3339(plain.as_of, field="as_of")
        return AskedQuestion(plain.usage, plain.items, as_of, plain.run, _NONE_UNREADABLE)
    return _by_the_schema(read_json(body))


def plain_question(body: bytes) -> AskedQuestion | None:
    """The question in a body where it is plain, and about now; None says only: ask `read_question`."""
    plain = _read_plainly(body)
    if plain is None or plain.as_of is not None:
        return None
    return AskedQuestion(plain.usage, plain.items, None, plain.run, _NONE_UNREADABLE)


def _read_plainly(body: bytes) -> _PlainQuestion | None:
    """The question where it is plain, else None.

    A member given twice leaves more quotation marks in the text than in what was understood of it; an
    escape could hide one, so there must be none.
    """
    if b"\\" in body or b"null" in body:
        return None
    try:
        plain = _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    strings = 3 + (0 if plain.as_of is None else 2) + (0 if plain.run is None else 2)
    for item in plain.items:
        strings += len(item.identifiers) + (1 if item.ref is None else 3)
    return plain if body.count(b'"') == 2 * strings else None


def _by_the_schema(value: Any) -> AskedQuestion:
    asked = value.get("items") if isinstance(value, dict) else None
    if isinstance(asked, list) and len(asked) > MOST_ITEMS:
        raise TooLarge(f"at most {MOST_ITEMS:,} items at once, not {len(asked):,}", field="items")
    unreadable: dict[int, InvalidInput] = {}
    try:
        QUESTION.load(value)
    except ValidationError as error:
        unreadable = _items_at_fault(error)
    usage = parse_usage(value["usage"])
    as_of = parse_rfc3339(value["as_of"], field="as_of") if "as_of" in value else None
    items = [
        _NOTHING if index in unreadable else Item(item["identifiers"], item.get("ref"))
        for index, item in enumerate(value["items"])
    ]
    return AskedQuestion(usage, items, as_of, value.get("run"), unreadable)


def _items_at_fault(error: ValidationError) -> dict[int, InvalidInput]:
    """The items that are not items, where nothing else is wrong. Raises: InvalidInput."""
    messages = error.messages
    assert isinstance(messages, dict)
    at_fault = messages.get("items")
    if set(messages) != {"items"} or not isinstance(at_fault, dict):
        raise invalid_members(error)
    return {index: _item_problem({"items": {index: about}}) for index, about in at_fault.items()}


def _item_problem(messages: dict[str, Any]) -> InvalidInput:
    members = invalid_members(ValidationError(messages))
    return InvalidInput(members.message, field=members.field)


def read_item(identifiers: Sequence[str], ref: str | None) -> Item:
    """The one item of a GET. Raises: InvalidInput naming the parameter."""
    members = {"identifiers": list(identifiers)} | ({} if ref is None else {"ref": ref})
    try:
        ITEM.load(members)
    except ValidationError as error:
        found = invalid_members(error)
        name = "ref" if found.field == "ref" else "id"
        raise InvalidInput(found.message, field=name, code="bad-parameter") from None
    return Item(tuple(identifiers), ref)
