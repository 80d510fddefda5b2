"""The threads of a server process that answer stay on one core, where there are no more processes than cores (Linux:
sched_setaffinity(2)).

Of the threads of one process only one runs Python at a time. The kernel does not know that: it wakes each on whichever
core idles, where nothing of what the last one had at hand is near. On one core they hand the interpreter to each other
and find the caches warm. So do the threads that they start; what reads from and writes to connections goes where it
likes (docs/scale.md has what was measured).
"""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def cores_of_workers(pinning: str, workers: int) -> Sequence[int]:
    """The core of each worker, in order; none where they go where they like. `pinning`: auto, always or never."""
    if pinning == "never" or not hasattr(os, "sched_getaffinity"):
        return ()
    usable = sorted(os.sched_getaffinity(0))
    if pinning == "auto" and workers > len(usable):
        return ()
    return [usable[number % len(usable)] for number in range(workers)]


class OnOneCore:
    """WSGI around WSGI: each thread that comes by stays on this core from then on, if it may."""

    def __init__(self, application: "WSGIApplication", core: int) -> None:
        self._application = application
        self._cores = {core}
        self._here = threading.local()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if not hasattr(self._here, "stays"):
            self._here.stays = True
            with suppress(OSError):  # the core was taken away since, or nobody may choose one
                os.sched_setaffinity(0, self._cores)
        return self._application(environ, start_response)


def load_on(core: int, load: Callable[[], "WSGIApplication"]) -> OnOneCore:
    """The application that is loaded, on this core."""
    return OnOneCore(load(), core)
