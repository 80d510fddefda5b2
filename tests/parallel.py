"""Work in several real processes at once, for tests of what must hold between them."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

PROCESSES = 3


def in_processes(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What each call gave, in order. `work` is a module's function; every process starts afresh."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        return [done.result(120) for done in [pool.submit(work, *each) for each in arguments]]
