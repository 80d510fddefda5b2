"""Each server process on a core of its own, where there are as many of them as cores (Linux: sched_setaffinity(2)).

A process that stays on one core finds its caches warm, and its threads hand the interpreter to each other without
waking another core (docs/scale.md has what was measured). With fewer processes than cores it would only be kept from
the rest, so they go where they like then.
"""

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def cores_of_workers(pinning: str, workers: int) -> Sequence[int]:
    """The core of each worker, in order; none where they go where they like. `pinning`: auto, always or never."""
    if pinning == "never" or not hasattr(os, "sched_getaffinity"):
        return ()
    usable = sorted(os.sched_getaffinity(0))
    if pinning == "auto" and workers != len(usable):
        return ()
    return [usable[number % len(usable)] for number in range(workers)]


def load_on(core: int, load: Callable[[], T]) -> T:
    """Loads on this core, where the threads stay that are started afterwards."""
    os.sched_setaffinity(0, {core})
    return load()
