"""Asking without a signature: answered a few times a minute from one address, across all workers."""

import pytest

from registry.api.anonymous_limit import PER_MINUTE, AnonymousLimit, TooManyRequestsError
from tests.api.served import served

PATH = "/v1/verify?usage=search&id=isrc:USRC17607839"


def test_an_unsigned_get_is_answered_signed_by_us_and_names_no_platform(world):
    response = world.http.get(PATH)
    assert response.status_code == 200
    assert response.json()["platform"] is None
    assert response.headers["ratelimit"].startswith('"anonymous";r=')
    world.verify_get(PATH, {}, response)


def test_a_get_whose_signature_is_broken_is_not_taken_for_an_unsigned_one(world):
    for headers in ({"signature": "sig1=:AA==:"}, {"signature-input": "sig1=()"}):
        assert world.http.get(PATH, headers=headers).status_code == 401


def test_over_the_limit_one_is_told_when_to_come_back(tmp_path):
    with served(tmp_path) as world:
        statuses = [world.http.get(PATH).status_code for _ in range(PER_MINUTE + 1)]
        assert statuses == [200] * PER_MINUTE + [429]
        refused = world.http.get(PATH)
        assert refused.json()["code"] == "too-many-requests"
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit"].startswith('"anonymous";r=0;')
        assert world.http.get(PATH, headers=world.signed("GET", PATH)).status_code == 200
        world.clock.now += 60_000
        assert world.http.get(PATH).status_code == 200


def test_two_workers_count_together(stores):
    workers = [AnonymousLimit(store) for store in stores]
    for n in range(PER_MINUTE):
        workers[n % 2].take("192.0.2.1", 60_000 + n)
    for worker in workers:
        with pytest.raises(TooManyRequestsError):
            worker.take("192.0.2.1", 60_500)
    workers[0].take("192.0.2.2", 60_000)
    workers[1].take("192.0.2.1", 120_000)
