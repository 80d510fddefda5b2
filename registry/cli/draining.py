"""What a server process does between being replaced and being told to end: it takes no connection any more, and lets go
of those that it has after their next reply.

Told to end, granian closes every connection on which it has not read a request yet, also one whose request is on its
way. So a process that is replaced first gets SIGUSR1: its listening sockets are exchanged for one that nobody can reach
(the others go on with the shared one), each reply says `Connection: close` (RFC 9112, section 9.6), and whoever waits
for changes is answered.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from registry.cli.orphans import end_with_parent

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DRAIN_SIGNAL: Final = signal.SIGUSR1
_CLOSE: Final = ("Connection", "close")


class Draining:
    """A WSGI application that can be told to let go of its connections, and (`let_go`) of whoever waits in it."""

    def __init__(
        self, application: "WSGIApplication", let_go: Callable[[], None] = lambda: None
    ) -> None:
        self._application = application
        self._let_go = let_go
        self._drains = False

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if not self._drains:
            return self._application(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[..., Any]:
            return start_response(status, [*headers, _CLOSE], *rest)

        return self._application(environ, start)

    def drain(self, *_: Any) -> None:
        """No new connections from now on, none kept, and nobody waits any more."""
        self._drains = True
        self._let_go()
        stop_listening()


def load_drainable(root: Path) -> "WSGIApplication":
    """The application in `root`'s wsgi.py, in a server process that drains at DRAIN_SIGNAL and does not outlive the
    one that started it."""
    end_with_parent()
    sys.path.insert(0, str(root))
    from wsgi import app

    draining = Draining(app, app.extensions["consent-registry"].registry.head_watch.let_go)
    signal.signal(DRAIN_SIGNAL, draining.drain)
    return draining


def stop_listening() -> None:
    """Puts a socket that nobody can reach in the place of every listening socket of this process.

    Other processes keep theirs, and with them the connections that wait. Linux only; elsewhere nothing happens.
    """
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        return
    nowhere = socket.socket(socket.AF_UNIX)
    nowhere.setblocking(False)
    nowhere.bind("")  # a name of the kernel's choice, which is told to nobody
    nowhere.listen(1)
    for descriptor in [int(entry.name) for entry in descriptors.iterdir()]:
        if descriptor != nowhere.fileno() and is_listening(descriptor):
            os.dup2(nowhere.fileno(), descriptor)


def is_listening(descriptor: int) -> bool:
    """Does this descriptor accept connections?"""
    try:
        # a descriptor of our own, because closing the socket object closes what it stands on
        with socket.socket(fileno=os.dup(descriptor)) as looked_at:
            return bool(looked_at.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError:
        return False
