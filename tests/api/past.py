"""Requests that are over, as the watch hands them on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Past:
    """One of them: answered in 20 ms, unless told otherwise."""

    id: str = "1"
    endpoint: str = "e"
    method: str = "POST"
    status: int = 200
    seconds: float = 0.02
    at: int = 1_790_000_000_000
    usage: str = ""
    decisions: Mapping[str, int] = field(default_factory=dict)
    problem: tuple[str, bool, bool, bool] | None = None
    fault: BaseException | None = None

    def members(self) -> dict[str, Any]:
        return {"request": self.id}
