"""JSON objects in which a member is given twice: readers differ in which of them they take (RFC 8259, section 4), so
such an object says nothing for sure.
"""

import json
from typing import Any


class _GivenTwiceError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _once(members: list[tuple[str, Any]]) -> None:
    seen = set()
    for name, _ in members:
        if name in seen:
            raise _GivenTwiceError(name)
        seen.add(name)


# numbers stay text: nothing here depends on what they are
_each_once = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str).decode


def why_ambiguous(raw: bytes, members: Any) -> str | None:
    """Why this text of JSON cannot be trusted to say one thing, or None. `members` is what it was decoded to."""
    if isinstance(members, dict) and raw.count(b":") == len(members):
        return None  # every member has a colon, so there is none beside these
    try:
        _each_once(raw.decode("utf-8"))
    except _GivenTwiceError as error:
        return f"the member {error.name[:60]!r} is given twice"
    except (ValueError, RecursionError):
        return "no JSON"
    return None
