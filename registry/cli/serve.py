"""`registry serve`: serves, for whoever keeps services running (systemd, a container): JSON lines, signals, exit codes.

It refuses to start on a store that an upgrade has not prepared: starting a new version is a decision of its own.
"""

import importlib
import os
import sys
from pathlib import Path

import click

from registry.bootstrap import Registry
from registry.cli.desk import at_the_desk, safe
from registry.cli.server import ROOT, check_address, serve
from registry.errors import ConfigurationError
from registry.instants import system_clock
from registry.logs import open_log


@click.command("serve")
@click.option(
    "--migrate/--no-migrate",
    "migrating",
    help="Apply pending migrations at the start; otherwise they keep it from starting.",
)
@click.option(
    "--worker/--no-worker",
    "background",
    default=True,
    help="Run jobs too, in a process beside the server's; on unless said otherwise.",
)
@click.option(
    "--pid-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the process id here while it serves.",
)
@click.option("--check", is_flag=True, help="Only say whether it could serve.")
def serve_command(migrating: bool, background: bool, pid_file: Path | None, check: bool) -> None:
    """Serves until SIGTERM or SIGINT. SIGHUP replaces the workers one by one, without losing a request."""
    safe("Nothing is served." if not check else "Nothing was changed.")
    with at_the_desk(prepared=not migrating) as registry:
        settings = registry.settings
        if check:
            _rehearse(registry)
            return
        check_address(settings)
        registry.prepare()
    log = open_log(settings.log_level, sys.stderr, system_clock)

    def say_so() -> None:
        log.info(
            "serving",
            address=f"{settings.host}:{settings.port}",
            url=settings.public_url,
            workers=settings.workers,
            background=background,
            pid=os.getpid(),
        )

    serve(settings, begun=say_so, pid_file=pid_file, background=background)
    log.info("ended", pid=os.getpid())


def _rehearse(registry: Registry) -> None:
    """Makes the application as a worker would, and lets it say whether it is ready.

    Raises: ConfigurationError, with the application's own words where it is not.
    """
    registry.signers().open_all()
    sys.path.insert(0, str(ROOT))
    application = importlib.import_module("wsgi").app
    reply = application.test_client().get("/readyz", base_url=registry.settings.public_url)
    if reply.status_code != 200:
        words = (reply.get_json(silent=True) or {}).get("detail", f"status {reply.status_code}")
        raise ConfigurationError(f"a worker that starts now would not be ready: {words}")
    click.echo("A worker that starts now is ready.")
