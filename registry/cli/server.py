"""The server behind `registry run` and `registry serve`: granian's worker processes over one listening socket, the
background worker beside them, and what signals do to both.
"""

import multiprocessing
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from registry.cli.child import Child
from registry.cli.cores import cores_of_workers
from registry.errors import ConfigurationError
from registry.instants import system_clock
from registry.logs import Log, open_log
from registry.settings import Settings

END_SECONDS: Final = 10
"""How long a worker may take to finish what it is at when the server ends."""
ROOT: Final = Path(__file__).resolve().parents[2]
_REHEARSAL_SECONDS: Final = 60


def serve(
    settings: Settings,
    *,
    begun: Callable[[], None],
    pid_file: Path | None = None,
    background: bool = True,
) -> None:
    """Holds the address, calls `begun`, and serves until a signal ends it. SIGHUP replaces the workers one by one.

    `background`: runs jobs too, in a child process. Ends the process with exit code 1 where workers die as soon as
    they are started. Raises: ConfigurationError for a pid file of a process that runs.
    """
    # granian takes as long to import as most commands take to run
    from granian.constants import Interfaces
    from granian.errors import PidFileError
    from granian.log import LogLevels

    from registry.cli.one_socket import WARM_SECONDS, Server

    # Forked, a new worker would go on with the modules that this process once imported, and with the locks that its
    # threads held at that moment.
    multiprocessing.set_start_method("spawn", force=True)
    log = open_log(settings.log_level, sys.stderr, system_clock)
    server = Server(
        "wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.server_threads,
        workers_kill_timeout=END_SECONDS,
        respawn_failed_workers=True,
        respawn_interval=WARM_SECONDS,
        websockets=False,
        log_level=LogLevels.error,  # it warns of every number of threads above twice the cores
        pid_file=pid_file,
    )
    child = Child([sys.executable, "-m", "registry.cli", "worker", "--with", str(os.getpid())], log)
    server.cores = cores_of_workers(settings.pin_workers, settings.workers)
    server.rehearse = partial(_rehearse, log)
    server.replaced = lambda: log.info("server processes were replaced")
    server.on_startup(begun)
    server.ending = child.end
    if background:
        server.on_startup(child.start)
        server.on_reload(child.replace)
        server.on_shutdown(child.stop)
    try:
        server.serve_from(ROOT)
    except PidFileError:
        raise ConfigurationError(
            f"{pid_file} names a process that runs; end that one first, or choose another file",
            field="--pid-file",
        ) from None


def _rehearse(log: Log) -> bool:
    """Would a new process be ready? Tried in a process of its own, with the code that is installed now."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "registry.cli", "serve", "--check"],
            check=False,
            timeout=_REHEARSAL_SECONDS,
            stdout=subprocess.DEVNULL,
        )
        ready = done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        ready = False
    if ready:
        log.info("server processes are replaced one by one")
    else:
        log.error("server processes stay: new ones could not serve", see="registry serve --check")
    return ready


def check_address(settings: Settings) -> None:
    """Can the address be listened on? Raises: ConfigurationError saying what to do."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigurationError(
                f"the address {settings.host}:{settings.port} cannot be served on "
                f"({error.strerror or error}); end what holds it, or choose another, as in: "
                f"PORT={settings.port % 65_535 + 1} make run",
                field="REGISTRY_PORT",
            ) from error
