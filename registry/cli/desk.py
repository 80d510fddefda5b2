"""The operator's desk: the registry that the environment names, opened for one command, and who acts.

Every command of the operator goes through here, so that each act in the journal carries a steward's name.
"""

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.engine import make_url

from registry.bootstrap import Registry, open_registry
from registry.errors import ConfigurationError, InvalidInput
from registry.services.actor import Actor
from registry.services.doctor_machine import PLACEHOLDER
from registry.settings import Settings
from registry.storage.journal import Caller
from registry.storage.migrate import pending_migrations
from registry.storage.projection import VERSION, version_of

Command = TypeVar("Command", bound=Callable[..., Any])

_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def at_the_desk(*, prepared: bool = True) -> Iterator[Registry]:
    """The registry that the environment names.

    Raises: Unavailable where the store is away, ConfigurationError where it was not prepared, or is of
    an older version.
    """
    settings = Settings.from_environ()
    if prepared:
        check_is_there(settings)
    registry = open_registry(settings)
    registry.caller = caller
    try:
        with registry.reading():
            pass
        if prepared and not is_up_to_date(registry):
            raise ConfigurationError(
                "this registry's store is new or of an older version; run: registry migrate"
            )
        yield registry
    finally:
        registry.close()


def is_up_to_date(registry: Registry) -> bool:
    """Has this store every migration, and its projection the form of this program?"""
    if pending_migrations(registry.engine):
        return False
    with registry.reading() as uow:
        return version_of(uow.connection) == VERSION


def check_is_there(settings: Settings) -> None:
    """A look must not make what it looks for. Raises: ConfigurationError naming the path."""
    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and url.database and not Path(url.database).exists():
        raise ConfigurationError(
            f"there is no registry at {url.database}; go to its folder, or set REGISTRY_VAR or "
            "REGISTRY_DATABASE_URL (to begin a new one: registry migrate)",
            field="REGISTRY_VAR",
        )


def refuse_placeholder(settings: Settings) -> None:
    """The first keys must not be encrypted with what stands in the example. Raises: ConfigurationError."""
    if settings.key_passphrase == PLACEHOLDER and not any(settings.keys.glob("*.pem")):
        raise ConfigurationError(
            f"the passphrase is still the {PLACEHOLDER} of the example, and would stay it: the first start makes "
            "the keys with it; set one of your own",
            field="REGISTRY_KEY_PASSPHRASE",
        )


def acting(name: str | None) -> Actor:
    """The steward who acts: as named, else the system's user of this process.

    Raises: InvalidInput for a name that cannot stand in the journal.
    """
    name = (system_user() if name is None else name).strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise InvalidInput("a steward's name is one line of 1 to 100 characters", field="--steward")
    actor = Actor(name, "steward")
    _acting.set(actor)
    return actor


def caller() -> Caller:
    """Who acts at this terminal, for the journal."""
    actor = _acting.get()
    name = system_user() if actor is None else actor.id
    return Caller("command line", name, "steward")


def system_user() -> str:
    """The name of the user that this process runs as, by the system's own account of it."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"


def by_steward(command: Command) -> Command:
    """Adds --steward."""
    return click.option(
        "--steward", metavar="NAME", help="Who acts, for the journal; else the system's user."
    )(command)
