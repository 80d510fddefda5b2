"""Work in several real processes at once, for tests of what must hold between them.

Each process is a fresh copy of one that has done nothing but import the registry, which takes longer than most work.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

PROCESSES = 3
FRESH: Final = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["tests.registries", "registry.cli.backup"])


def in_processes(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What each call gave, in order. `work` is a module's function."""
    with ProcessPoolExecutor(PROCESSES, mp_context=FRESH) as pool:
        return [done.result(120) for done in [pool.submit(work, *each) for each in arguments]]
