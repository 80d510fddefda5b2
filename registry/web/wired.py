"""What the pages reach for: the registry of the running application, and the count of anonymous lookups
that they share with everybody else who asks unsigned."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from registry.bootstrap import Registry

_NAME = "consent-registry-pages"

TakePlace = Callable[[str, int], dict[str, str]]
"""(address, now in ms) → the RateLimit header fields; raises where no place is left in this minute."""


@dataclass(frozen=True, slots=True)
class Wired:
    """One registry, the limit on lookups without a signature, and that of each platform."""

    registry: Registry
    take_place: TakePlace
    take_platform_place: TakePlace


def wire_pages(
    app: Flask, registry: Registry, take_place: TakePlace, take_platform_place: TakePlace
) -> None:
    """Gives the pages of this application their registry."""
    app.extensions[_NAME] = Wired(registry, take_place, take_platform_place)


def the_registry() -> Registry:
    """The registry of this application."""
    return cast(Wired, current_app.extensions[_NAME]).registry


def take_place(address: str, now: int) -> dict[str, str]:
    """Counts one lookup of this address. Raises: an error with status 429 where none is left."""
    return cast(Wired, current_app.extensions[_NAME]).take_place(address, now)


def take_platform_place(platform: str, now: int) -> dict[str, str]:
    """Takes one of a platform's places in this minute. Raises: an error with status 429 where none is left."""
    return cast(Wired, current_app.extensions[_NAME]).take_platform_place(platform, now)
