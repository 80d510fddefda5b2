"""The `registry` command: one file a noun beside this one; errors end in one calm line.

A command's file is imported when it is called: together they take several times as long to import as most take to run,
and each process of the server imports this one. Exit codes: 0 done, 1 it could not be done, 2 it was called wrongly;
some commands have more, which their files name.
"""

import sys
from importlib import import_module
from typing import Final

import click

from registry.cli.calm import CalmGroup
from registry.errors import ConfigurationError

_PLACES: Final = {
    "run": "run:run",
    "serve": "serve:serve_command",
    "worker": "worker:worker",
    "jobs": "jobs:jobs",
    "ask": "ask:ask",
    "asks": "asks:asks",
    "screen": "screening:screen",
    "journal": "journal:journal",
    "tour": "tour.command:tour",
    "accounts": "accounts:accounts",
    "acts": "acts:acts",
    "auditors": "auditors:auditors",
    "rightsholders": "rightsholders:rightsholders",
    "tokens": "tokens:tokens",
    "platforms": "platforms:platforms",
    "import": "imports:import_command",
    "claims": "claims:claims",
    "proposals": "proposals:proposals",
    "disputes": "disputes:disputes",
    "loosenings": "loosenings:loosenings",
    "keys": "keys:keys",
    "log": "log:log",
    "witness": "witness:witness",
    "monitor": "monitor:monitor",
    "migrate": "store:migrate",
    "rebuild": "store:rebuild",
    "fsck": "store:fsck",
    "doctor": "doctor:doctor",
    "snapshot": "snapshot:snapshot",
    "erase": "erase:erase",
    "export": "export:export",
    "verify": "verify:verify",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "move": "backup:move",
}
"""Command → its module in registry.cli, and its name there."""


class _Commands(CalmGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _PLACES:
            return None
        module, _, name = _PLACES[cmd_name].partition(":")
        try:
            command: click.Command = getattr(import_module(f"registry.cli.{module}"), name)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("registry"):
                raise
            return _of_the_server(cmd_name, error.name)
        return command


def _of_the_server(command: str, package: str) -> click.Command:
    """Stands for a command whose packages are not installed: the client came without the server."""
    instead = 'install the server: pip install "PATH/TO/CLONE[server]"'

    def refuse() -> None:
        raise ConfigurationError(f"registry {command} needs {package}; {instead}")

    return click.Command(
        command,
        callback=refuse,
        help=f"Not installed; {instead}",
        short_help="(of the server, which is not installed)",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The consent registry: artists say what may be done with their works; platforms ask first.

    Settings come from the environment (docs/settings.md); every command is in docs/commands.md.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows a question mark instead of failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
