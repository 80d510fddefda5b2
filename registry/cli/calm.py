"""What every command has in common: a deliberate error ends in one calm line, and "--json" means the same everywhere.

Imports nothing of the server: the commands for platforms and auditors run where only the client is installed.
"""

import errno
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from registry.errors import RegistryError, Unavailable
from registry.storage.why_away import why_away

SAFE = "registry.safe"
"""In a click context's `meta`: what is safe when this command fails."""
NOTHING_CHANGED = "Nothing was changed."

_BEGINS_AS_AN_OPTION = re.compile(r"-[\w-]{42}", re.ASCII)

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


class OfAKey(click.Command):
    """A command whose last argument is a key's id: 43 characters (RFC 7638), of which the first may be a hyphen."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """One id in 64 would be read as options; it is put where none are read."""
        ids = [each for each in args if _BEGINS_AS_AN_OPTION.fullmatch(each)]
        if ids and "--" not in args:
            args = [*(each for each in args if each not in ids), "--", *ids]
        return super().parse_args(ctx, args)


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
