"""Who acts, and under which authority."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is a token's or an account's id, or a steward's name. Fresh are a `steward` (at the command
    line) and a `fresh-account`, whose person proved who they are within minutes: what a `token` or an `account` does to
    loosen is a proposal that somebody has to confirm."""

    id: str
    authority: Literal["token", "account", "fresh-account", "steward", "registry"]

    @property
    def is_fresh(self) -> bool:
        return self.authority not in ("token", "account")


REGISTRY = Actor("registry", "registry")
"""The registry itself: its keys, its rule tables."""
