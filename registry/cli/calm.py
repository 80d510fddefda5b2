"""What every command has in common: a deliberate error ends in one calm line, and "--json" means the same everywhere.

Imports nothing of the server: the commands for platforms and auditors run where only the client is installed.
"""

import errno
from collections.abc import Callable
from typing import Any, TypeVar

import click

from registry.errors import RegistryError, Unavailable
from registry.storage.why_away import why_away

SAFE = "registry.safe"
"""In a click context's `meta`: what is safe when this command fails."""
NOTHING_CHANGED = "Nothing was changed."

Command = TypeVar("Command", bound=Callable[..., Any])


class CalmGroup(click.Group):
    """A group whose commands end a deliberate error, or one of the system's, with one line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RegistryError as error:
            click.echo(calm(error, ctx.meta.get(SAFE, NOTHING_CHANGED)), err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output has left; click ends quietly
                raise
            click.echo(calm(of_the_system(error), ctx.meta.get(SAFE, NOTHING_CHANGED)), err=True)
            ctx.exit(1)


def calm(error: RegistryError, safe: str) -> str:
    """What happened, what is safe, what to do: one line. The words on what to do are the error's own."""
    where = f" ({error.field})" if error.field else ""
    words = " ".join(error.message.split()).rstrip(".")
    of_a_driver = isinstance(error, Unavailable) and error.__cause__ is not None
    why = why_away(error) if of_a_driver else None
    return f"registry: {words}{where}{f': {why}' if why else ''}. {safe}".rstrip()


def of_the_system(error: OSError) -> RegistryError:
    """What the system refused, and with which path, in the words of the other errors."""
    reason = error.strerror or type(error).__name__
    return RegistryError(f"{error.filename}: {reason}" if error.filename else reason)


def safe(words: str) -> None:
    """Says, for the rest of this command, what is safe when it fails."""
    click.get_current_context().meta[SAFE] = words


def as_json(command: Command) -> Command:
    """Adds --json."""
    return click.option("--json", "json_out", is_flag=True, help="Print JSON for machines.")(
        command
    )
