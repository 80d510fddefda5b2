"""What views reach for: the registry of the application that is running, and what was made for it once."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from registry.api.answering import Desk
from registry.api.limits import Limits, limits_of
from registry.api.tallies import Tallies
from registry.api.token_desk import TokenDesk
from registry.api.waiting_room import WaitingRoom
from registry.bootstrap import Registry

_NAME = "consent-registry"


@dataclass(frozen=True, slots=True)
class Wired:
    """One registry, the desks that answer questions and give tokens for it, its limits, and what is counted."""

    registry: Registry
    desk: Desk
    token_desk: TokenDesk
    limits: Limits
    tallies: Tallies
    waiting_room: WaitingRoom


def wire(app: Flask, registry: Registry) -> None:
    """Gives the application its registry."""
    tallies = Tallies(registry.settings.var / "metrics")
    desk = Desk(registry)
    token_desk = TokenDesk(registry, desk.platforms)
    waiting_room = WaitingRoom(registry.settings.waiters)
    app.extensions[_NAME] = Wired(
        registry, desk, token_desk, limits_of(registry), tallies, waiting_room
    )


def the_registry() -> Registry:
    """The registry of this application."""
    return cast(Wired, current_app.extensions[_NAME]).registry


def the_desk() -> Desk:
    """The desk of this application."""
    return cast(Wired, current_app.extensions[_NAME]).desk


def the_token_desk() -> TokenDesk:
    """The token endpoint's desk of this application."""
    return cast(Wired, current_app.extensions[_NAME]).token_desk


def the_limits() -> Limits:
    """The limits of this application."""
    return cast(Wired, current_app.extensions[_NAME]).limits


def the_tallies() -> Tallies:
    """What is counted in this application."""
    return cast(Wired, current_app.extensions[_NAME]).tallies


def the_waiting_room() -> WaitingRoom:
    """Where those wait in this application who follow the log."""
    return cast(Wired, current_app.extensions[_NAME]).waiting_room
