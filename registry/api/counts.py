"""What is counted of each request, by name (prometheus' naming): docs/operators.md lists it for operators.

Labels come from closed sets (endpoints, methods, status classes, codes of problems, words of the vocabulary),
so the number of series is bounded whatever is sent.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Protocol

from prometheus_client.mmap_dict import mmap_key
from prometheus_client.utils import floatToGoString

from registry.api.tallies import Tallies

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of durations, in seconds."""
_BOUNDS = (*BUCKETS, math.inf)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = "registry_requests"
DURATIONS = "registry_request_duration_seconds"
ITEMS = "registry_items_answered"
REFUSED = "registry_signatures_refused"
PROBLEMS = "registry_problems"
STORE_ERRORS = "registry_store_errors"
SHED = "registry_requests_shed"
WAITS = "registry_changes_waits"

_ABOUT = {
    REQUESTS: "Requests by endpoint, method and class of status.",
    DURATIONS: "How long a request took, from its first byte in Python to its reply.",
    ITEMS: "Items answered by usage category and decision; error: the item could not be read.",
    REFUSED: "Signed requests that were refused, by the check that failed.",
    PROBLEMS: "Problems answered with, by code.",
    STORE_ERRORS: "Errors of the drivers of the stores.",
    WAITS: "Callers who waited for changes: begun; ended with news or nothing; turned-away for want of a place.",
    SHED: "Requests told to come back, because too many were at work already.",
}

Series = tuple[str, str, float]


class RequestSeen(Protocol):
    """A request that was answered, or (status 0) broke off; of an answer its usage category, and how many items
    by decision, or `error`."""

    @property
    def endpoint(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def usage(self) -> str: ...
    @property
    def decisions(self) -> Mapping[str, int]: ...


class Counts:
    """Counts requests into the tallies of this process."""

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies
        self._begun: set[str] = set()

    def requests(self, seen: Iterable[RequestSeen]) -> None:
        """Requests that are over, all at once."""
        counters: dict[str, float] = {}
        histograms: dict[str, float] = {}
        for each in seen:
            endpoint = each.endpoint
            if endpoint not in self._begun:
                self._begun.add(endpoint)
                # a histogram is read as a whole: a bucket that nothing fell into yet is there too
                histograms.update((_bucket_key(endpoint, bound), 0) for bound in _BOUNDS)
            method = each.method if each.method in METHODS else "other"
            key = _request_key(endpoint, method, each.status // 100)
            counters[key] = counters.get(key, 0) + 1
            key = _bucket_key(endpoint, _BOUNDS[bisect_left(BUCKETS, each.seconds)])
            histograms[key] = histograms.get(key, 0) + 1
            key = _sum_key(endpoint)
            histograms[key] = histograms.get(key, 0) + each.seconds
            for decision, number in each.decisions.items():
                key = _items_key(each.usage, decision)
                counters[key] = counters.get(key, 0) + number
        self._tallies.add(
            *[("counter", key, amount) for key, amount in counters.items()],
            *[("histogram", key, amount) for key, amount in histograms.items()],
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


def wait_series(what: str) -> Series:
    """One more caller who `begun` to wait, ended with `news` or `nothing`, or was `turned-away`."""
    return "counter", _counter_key(WAITS, what=what), 1


@cache
def _request_key(endpoint: str, method: str, hundreds: int) -> str:
    return _counter_key(REQUESTS, endpoint=endpoint, method=method, status=f"{hundreds}xx")


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
