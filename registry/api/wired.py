"""What views reach for: the registry of the application that is running, and what was made for it once."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from registry.api.answering import Desk
from registry.bootstrap import Registry

_NAME = "consent-registry"


@dataclass(frozen=True, slots=True)
class Wired:
    """One registry, and the desk that answers questions for it."""

    registry: Registry
    desk: Desk


def wire(app: Flask, registry: Registry) -> None:
    """Gives the application its registry."""
    app.extensions[_NAME] = Wired(registry, Desk(registry))


def the_registry() -> Registry:
    """The registry of this application."""
    return cast(Wired, current_app.extensions[_NAME]).registry


def the_desk() -> Desk:
    """The desk of this application."""
    return cast(Wired, current_app.extensions[_NAME]).desk
