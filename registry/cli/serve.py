"""`registry serve`: serves, for whoever keeps services running (systemd, a container): JSON lines, signals, exit codes.

It refuses to start on a store that an upgrade has not prepared: starting a new version is a decision of its own.
"""

import http.client
import importlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Final

import click

from registry.bootstrap import Registry
from registry.cli.calm import safe
from registry.cli.desk import at_the_desk, refuse_placeholder
from registry.cli.server import ROOT, check_address, serve
from registry.errors import ConfigurationError
from registry.instants import system_clock
from registry.logs import Log, open_log
from registry.settings import Settings

_READY_WITHIN_SECONDS: Final = 60
_LOOK_SECONDS: Final = 0.2


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
        refuse_placeholder(settings)
        check_address(settings)
        registry.prepare()
    log = open_log(settings.log_level, sys.stderr, system_clock)

    def say_so() -> None:
        log.info(
            "starting",
            address=f"{settings.host}:{settings.port}",
            url=settings.public_url,
            workers=settings.workers,
            background=background,
            pid=os.getpid(),
        )
        threading.Thread(target=_say_when_ready, args=(settings, log), daemon=True).start()

    serve(settings, begun=say_so, pid_file=pid_file, background=background)
    log.info("ended", pid=os.getpid())


def _say_when_ready(settings: Settings, log: Log) -> None:
    """Asks /readyz until the first process answers."""
    until = time.monotonic() + _READY_WITHIN_SECONDS
    status = None
    while status is None and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
        status = _readiness(settings)
    if status == http.client.OK:
        log.info("serving", url=settings.public_url, pid=os.getpid())
    else:
        log.warning("not ready yet", status=status, see="/readyz")


def _readiness(settings: Settings) -> int | None:
    """The status of /readyz; None where nobody answers."""
    anywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(
        "localhost" if anywhere else settings.host, settings.port, timeout=_READY_WITHIN_SECONDS
    )
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


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
