"""JSON as it travels (RFC 8259), read strictly: UTF-8, no member twice, no NaN, no half characters; written
by one encoder. A duplicate member is refused because two readers may each believe another one.
"""

import json
from typing import Any, NoReturn

import msgspec

from registry.errors import InvalidInput

encode_json = msgspec.json.Encoder().encode
"""Anything of dicts, lists, strings, numbers, enums and structures → UTF-8 bytes."""

_decode = msgspec.json.Decoder().decode


def read_json(body: bytes) -> Any:
    """The value in these bytes.

    Raises: InvalidInput (code `malformed-json`) saying where it stops being JSON.
    """
    try:
        _decode(body)
        return json.loads(body, object_pairs_hook=_members, parse_constant=_no_constants)
    except RecursionError:
        raise malformed("it is nested too deeply") from None
    except (ValueError, msgspec.MsgspecError) as error:
        raise malformed(str(error)) from None


def malformed(why: str) -> InvalidInput:
    """The refusal of a body that is not JSON."""
    return InvalidInput(f"the body is not JSON that can be trusted: {why}", code="malformed-json")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice[:100]!r} occurs twice in one object")
    return members


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
