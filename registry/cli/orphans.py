"""A server process does not outlive the one that started it.

Killed outright (signal 9, memory that ran out), the parent cannot tell its server processes to end. Left alone they
would go on at the same port, beside whatever is started next: with old code, old settings and, perhaps, another store.
"""

import multiprocessing
import os
import signal
import threading
import time
from typing import Final

END_SECONDS: Final = 10
"""How long it may take to end by itself."""


def end_with_parent() -> None:
    """From now on this process ends when the one that started it is gone. Does nothing in a process that
    `multiprocessing` did not start."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        parent.join()  # sleeps until the kernel closes a pipe that the parent holds
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(END_SECONDS)
        os._exit(1)

    threading.Thread(target=follow, name="parent", daemon=True).start()
