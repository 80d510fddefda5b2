"""Granian's server with one listening socket for all its processes, which can be replaced without losing a request.

By itself granian gives each process a socket of its own on Linux (SO_REUSEPORT), and what waits in that socket is lost
when the process ends, unless a kernel setting says otherwise (its issue 921). Here the parent holds one socket for all,
as granian itself does where there is no SO_REUSEPORT. Tested with the locked version: it reaches into what is private.
"""

import os
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from granian.net import SocketSpec  # type: ignore[attr-defined]
from granian.server.mp import MPServer

from registry.cli.cores import load_on
from registry.cli.draining import DRAIN_SIGNAL, load_drainable

WARM_SECONDS: Final = 3.0
"""How long a new process gets to start before the one that it replaces lets go of its connections."""
LET_GO_SECONDS: Final = 0.5
"""How long those who wait for changes have to be answered before their process is told to end."""
DRAIN_SECONDS: Final = 2.0
"""How long a client has to send the request for which it has opened a connection."""


class Server(MPServer):
    """`rehearse` says whether new processes would come up; if not, the old ones stay. `replaced` is called when they
    are, and `ending` before the processes are told to end. `cores`: on which one each answers; none: anywhere."""

    rehearse: Callable[[], bool]
    replaced: Callable[[], None]
    ending: Callable[[], None]
    cores: Sequence[int] = ()

    def serve_from(self, root: Path) -> None:
        """Serves the application in `root`'s wsgi.py until a signal ends it."""
        self.serve(target_loader=partial(load_drainable, root), wrap_loader=False)

    def _init_shared_socket(self) -> None:
        holder: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._ssp, self._shd, self._sfd = None, holder, holder.get_fd()
        # a Python socket on the same descriptor, which is what takes it along into a new process
        self._sso = socket.socket(fileno=self._sfd)
        self._sso.set_inheritable(True)

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]
        if self.cores:
            callback_loader = partial(load_on, self.cores[idx], callback_loader)
        return super()._spawn_worker(idx, target, callback_loader)

    def _reload(self, *given: Any) -> None:
        if self.rehearse():
            super()._reload(*given)  # type: ignore[no-untyped-call]
            self.replaced()
        else:
            self.reload_signal = False
            self.main_loop_interrupt.clear()

    def shutdown(self, exit_code: int = 0) -> None:
        """Ends the processes, each when its requests are answered: those who wait in one are answered at once."""
        self.ending()
        for each in self.wrks:
            worker: Any = each
            worker.interrupt_by_parent = True  # that it ends from now on is as it should be
            with suppress(ProcessLookupError):  # Ctrl-C is told to all: it may have ended already
                if worker.is_alive():
                    os.kill(worker.inner.pid, DRAIN_SIGNAL)
        time.sleep(LET_GO_SECONDS)
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]

    def _respawn_workers(
        self, workers: Iterable[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        for index in workers:
            old: Any = self.wrks[index]
            self.respawned_wrks[index] = time.monotonic()
            fresh: Any = self._spawn_worker(index, spawn_target, target_loader)
            fresh.start()
            self.wrks[index] = fresh
            if old.is_alive():
                time.sleep(delay)
                os.kill(old.inner.pid, DRAIN_SIGNAL)
                time.sleep(DRAIN_SECONDS)
            old.terminate()
            old.join(self.workers_kill_timeout)
            if old.is_alive():
                old.kill()
                old.join()
