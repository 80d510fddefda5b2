"""Places a minute: never more than the quota, whoever counts; blocks cost one look at the store for many."""

import threading

import pytest

from registry.api.rate_limits import Policy, RateLimit, TooManyRequestsError

MINUTE = 60_000


def taken(limit, now=MINUTE, owner="a", places=1):
    try:
        limit.take(owner, now, places)
    except TooManyRequestsError:
        return False
    return True


@pytest.mark.parametrize("block", [1, 3, 10, 50])
def test_two_workers_never_let_more_through_than_the_quota(stores, block):
    workers = [RateLimit(store, Policy("p", 20, "here", block)) for store in stores]
    let_through = sum(taken(workers[n % 2]) for n in range(60))
    assert 20 - (block - 1) <= let_through <= 20
    assert taken(workers[0], 2 * MINUTE)
    assert taken(workers[1], MINUTE, "another")


def test_in_parallel_the_quota_holds_too(stores):
    workers = [RateLimit(store, Policy("p", 40, "here", 4)) for store in stores]
    let_through = []

    def ask(worker):
        let_through.extend(taken(worker) for _ in range(30))

    threads = [threading.Thread(target=ask, args=(workers[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 40 - 3 <= sum(let_through) <= 40


def test_a_large_request_takes_its_places_and_the_fields_say_what_is_left(stores):
    limit = RateLimit(stores[0], Policy("p", 100, "here", 10))
    assert limit.take("a", MINUTE, 35)["RateLimit"] == '"p";r=65;t=60'
    assert limit.take("a", MINUTE + 30_000, 5)["RateLimit"] == '"p";r=60;t=30'
    assert limit.take("a", MINUTE)["RateLimit-Policy"] == '"p";q=100;w=60'
    with pytest.raises(TooManyRequestsError) as refused:
        limit.take("a", MINUTE, 100)
    assert refused.value.headers["Retry-After"] == "60"


def test_a_request_larger_than_the_quota_is_answered_once_a_minute(stores):
    limit = RateLimit(stores[0], Policy("p", 10, "here", 1))
    assert taken(limit, places=500)
    assert not taken(limit)


def test_a_quota_of_nothing_is_no_limit(stores):
    limit = RateLimit(stores[0], Policy("p", 0, "here"))
    assert all(limit.take("a", MINUTE) == {} for _ in range(100))
