"""Who acts, and under which authority."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is a token's id or a steward's name. Only a `steward` (at the command line) is freshly
    signed in: what a `token` does to loosen is a proposal that somebody has to confirm."""

    id: str
    authority: Literal["token", "steward", "registry"]

    @property
    def is_fresh(self) -> bool:
        return self.authority != "token"


REGISTRY = Actor("registry", "registry")
"""The registry itself: its keys, its rule tables."""
