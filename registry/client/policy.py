"""The two honest questions that can be put to one answer. Whoever asks chooses one by name; there is no default.

`docs/answering.md`, "What is told": `permission` uses only what is permitted; `no-objection` leaves out what is
opted out. Both go by the answer's two booleans and by nothing else, and neither takes a failure for a yes.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from registry.errors import InvalidInput


class Policy(StrEnum):
    """What an asker takes for leave to go on."""

    PERMISSION = "permission"
    NO_OBJECTION = "no-objection"

    def accepts(self, result: Mapping[str, Any]) -> bool:
        """May this asset be used, by one result of a verified answer? Whatever is unclear is a no."""
        if result.get("error") is not None or not isinstance(result.get("decision"), str):
            return False
        if self is Policy.PERMISSION:
            return result.get("permitted") is True
        return result.get("opted_out") is False


def parse_policy(name: str) -> Policy:
    """The policy of this name. Raises: InvalidInput that says what the two mean."""
    try:
        return Policy(name)
    except ValueError:
        raise InvalidInput(
            f'{str(name)[:40]!r} is no policy; choose "permission" (use only what is permitted) or "no-objection" '
            "(leave out what is opted out, use the rest). There is no default: the choice is yours to answer for",
            field="policy",
            code="unknown-policy",
        ) from None
