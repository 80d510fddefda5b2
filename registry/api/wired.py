"""What views reach for: the registry of the application that is running, and what was made for it once."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from registry.api.answering import Desk
from registry.api.limits import Limits, limits_of
from registry.api.tallies import Tallies
from registry.bootstrap import Registry

_NAME = "consent-registry"


@dataclass(frozen=True, slots=True)
class Wired:
    """One registry, the desk that answers questions for it, its limits, and what is counted."""

    registry: Registry
    desk: Desk
    limits: Limits
    tallies: Tallies


def wire(app: Flask, registry: Registry) -> None:
    """Gives the application its registry."""
    tallies = Tallies(registry.settings.var / "metrics")
    app.extensions[_NAME] = Wired(registry, Desk(registry), limits_of(registry), tallies)


def the_registry() -> Registry:
    """The registry of this application."""
    return cast(Wired, current_app.extensions[_NAME]).registry


def the_desk() -> Desk:
    """The desk of this application."""
    return cast(Wired, current_app.extensions[_NAME]).desk


def the_limits() -> Limits:
    """The limits of this application."""
    return cast(Wired, current_app.extensions[_NAME]).limits


def the_tallies() -> Tallies:
    """What is counted in this application."""
    return cast(Wired, current_app.extensions[_NAME]).tallies
