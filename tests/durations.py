"""Whether two things take equally long, on a machine that is at other things too."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

MEASURED: int = 4


def take_as_long(
    one: Callable[[int], object], other: Callable[[int], object], rounds: int, most: float
) -> bool:
    """Is neither, in the median of so many rounds in turn, slower than the other by this factor?

    Each is called with the number of the call. What the machine does meanwhile blurs one measurement, and after that
    it is measured anew; a difference that is there is seen each time.
    """
    for measured in range(MEASURED):
        took: tuple[list[float], list[float]] = ([], [])
        for number in range(measured * rounds, (measured + 1) * rounds):
            for called, seconds in zip((one, other), took, strict=True):
                began = perf_counter()
                called(number)
                seconds.append(perf_counter() - began)
        if 1 / most < median(took[0]) / median(took[1]) < most:
            return True
    return False
