"""The `registry` command: one file a noun beside this one; errors end in one calm line.

Exit codes: 0 done, 1 it could not be done, 2 it was called wrongly; `registry ask` has two more.
"""

import sys

import click

from registry.cli.ask import ask
from registry.cli.backup import backup, move, restore
from registry.cli.claims import claims
from registry.cli.desk import CalmGroup
from registry.cli.disputes import disputes
from registry.cli.doctor import doctor
from registry.cli.jobs import jobs
from registry.cli.keys import keys
from registry.cli.log import log
from registry.cli.loosenings import loosenings
from registry.cli.platforms import platforms
from registry.cli.rightsholders import rightsholders
from registry.cli.run import run
from registry.cli.serve import serve_command
from registry.cli.store import fsck, migrate, rebuild
from registry.cli.tokens import tokens
from registry.cli.tour.command import tour
from registry.cli.worker import worker


@click.group(cls=CalmGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The consent registry: artists say what may be done with their works; platforms ask first.

    Settings come from the environment (docs/settings.md); every command is in docs/commands.md.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows a question mark instead of failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for command in (
    run,
    serve_command,
    worker,
    jobs,
    ask,
    tour,
    rightsholders,
    tokens,
    platforms,
    claims,
    disputes,
    loosenings,
    keys,
    log,
    migrate,
    rebuild,
    fsck,
    doctor,
    backup,
    restore,
    move,
):
    main.add_command(command)
