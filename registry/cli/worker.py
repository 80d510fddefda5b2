"""`registry worker`: runs jobs in the background, and serves nothing."""

import signal
import sys
import threading

import click

from registry.cli.desk import at_the_desk
from registry.instants import system_clock
from registry.logs import open_log
from registry.storage.journal import Caller
from registry.worker.consumer import consume
from registry.worker.runner import Runner


@click.command("worker")
@click.option("--threads", type=click.IntRange(1, 32), help="Else REGISTRY_WORKER_THREADS.")
@click.option(
    "--with",
    "parent",
    type=int,
    metavar="PID",
    help="End with the process that started it, which has this id.",
)
def worker(threads: int | None, parent: int | None) -> None:
    """Runs jobs until SIGTERM, SIGINT or SIGHUP; those that run get ten seconds to end."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    with at_the_desk() as registry:
        registry.caller = lambda: Caller("worker")
        settings = registry.settings
        log = open_log(settings.log_level, sys.stderr, system_clock)
        consume(Runner(registry, log), threads or settings.worker_threads, ended, parent)
