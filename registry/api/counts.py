"""What is counted of each request, by name (prometheus' naming): docs/operators.md lists it for operators.

Labels come from closed sets (endpoints, methods, status classes, codes of problems, words of the vocabulary),
so the number of series is bounded whatever is sent.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from prometheus_client.mmap_dict import mmap_key
from prometheus_client.utils import floatToGoString

from registry.api.tallies import Tallies

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of durations, in seconds."""
_BOUNDS = (*BUCKETS, math.inf)
NOTHING: Mapping[str, int] = MappingProxyType({})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = "registry_requests"
DURATIONS = "registry_request_duration_seconds"
ITEMS = "registry_items_answered"
REFUSED = "registry_signatures_refused"
PROBLEMS = "registry_problems"
STORE_ERRORS = "registry_store_errors"
SHED = "registry_requests_shed"

_ABOUT = {
    REQUESTS: "Requests by endpoint, method and class of status.",
    DURATIONS: "How long a request took, from its first byte in Python to its reply.",
    ITEMS: "Items answered by usage category and decision; error: the item could not be read.",
    REFUSED: "Signed requests that were refused, by the check that failed.",
    PROBLEMS: "Problems answered with, by code.",
    STORE_ERRORS: "Errors of the drivers of the stores.",
    SHED: "Requests told to come back, because too many were at work already.",
}

Series = tuple[str, str, float]


class Counts:
    """Counts requests into the tallies of this process."""

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies
        self._begun: set[str] = set()

    def request(
        self,
        endpoint: str,
        method: str,
        status: int,
        seconds: float,
        usage: str = "",
        decisions: Mapping[str, int] = NOTHING,
    ) -> None:
        """One request that was answered, or (status 0) broke off; of an answer its usage category, and how
        many items by decision, or `error`."""
        method = method if method in METHODS else "other"
        bucket = _BOUNDS[bisect_left(BUCKETS, seconds)]
        if endpoint not in self._begun:
            self._begun.add(endpoint)
            # a histogram is read as a whole: a bucket that nothing fell into yet is there too
            self._tallies.add(*(("histogram", _bucket_key(endpoint, each), 0) for each in _BOUNDS))
        self._tallies.add(
            ("counter", _request_key(endpoint, method, f"{status // 100}xx"), 1),
            ("histogram", _bucket_key(endpoint, bucket), 1),
            ("histogram", _sum_key(endpoint), seconds),
            *[
                ("counter", _items_key(usage, decision), number)
                for decision, number in decisions.items()
            ],
        )

    def problem(self, code: str, *, signature: bool, store: bool, shed: bool) -> None:
        """A problem, and what kind of error lay behind it."""
        series: list[Series] = [("counter", _counter_key(PROBLEMS, code=code), 1)]
        if signature:
            series.append(("counter", _counter_key(REFUSED, reason=code), 1))
        if store:
            series.append(("counter", _counter_key(STORE_ERRORS), 1))
        if shed:
            series.append(("counter", _counter_key(SHED), 1))
        self._tallies.add(*series)


@cache
def _request_key(endpoint: str, method: str, status: str) -> str:
    return _counter_key(REQUESTS, endpoint=endpoint, method=method, status=status)


@cache
def _bucket_key(endpoint: str, bucket: float) -> str:
    bound = floatToGoString(bucket)  # type: ignore[no-untyped-call]
    return _key(DURATIONS, f"{DURATIONS}_bucket", endpoint=endpoint, le=bound)


@cache
def _sum_key(endpoint: str) -> str:
    return _key(DURATIONS, f"{DURATIONS}_sum", endpoint=endpoint)


@cache
def _items_key(usage: str, decision: str) -> str:
    return _counter_key(ITEMS, usage=usage, decision=decision)


def _counter_key(metric: str, **labels: str) -> str:
    return _cached_counter_key(metric, tuple(labels.items()))


@cache
def _cached_counter_key(metric: str, labels: tuple[tuple[str, str], ...]) -> str:
    return _key(metric, f"{metric}_total", **dict(labels))


def _key(metric: str, name: str, **labels: str) -> str:
    return mmap_key(metric, name, list(labels), list(labels.values()), _ABOUT[metric])
