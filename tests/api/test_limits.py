"""The limits that the settings ask for, over HTTP: platforms' questions, tokens' writes."""

from registry.api.limits import places_of
from tests.api.served import served


def test_a_question_takes_a_place_for_each_hundred_items_begun():
    assert [places_of(items) for items in (1, 100, 101, 10_000)] == [1, 1, 2, 100]


def test_a_platform_over_its_limit_is_told_when_to_come_back(tmp_path):
    with served(tmp_path, REGISTRY_RATE_PLATFORM="3") as world:
        body = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'
        replies = [world.ask_raw(body) for _ in range(4)]
        assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
        assert [reply.headers["ratelimit"].split(";")[1] for reply in replies] == [
            "r=2",
            "r=1",
            "r=0",
            "r=0",
        ]
        assert 0 < int(replies[3].headers["retry-after"]) <= 60
        assert "results" not in replies[3].json()
        world.clock.now += 60_000
        assert world.ask_raw(body).status_code == 200


def test_a_token_over_its_limit_reads_on_but_writes_no_more(tmp_path):
    with served(tmp_path, REGISTRY_RATE_TOKEN="2") as world:
        for left in (1, 0):
            reply = world.call("POST", "/v1/works", {"title": left})
            assert (reply.status_code, reply.headers["ratelimit"][:11]) == (
                422,
                f'"token";r={left}',
            )
        refused = world.call("POST", "/v1/works", {})
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
        assert world.call("GET", "/v1/works").status_code == 200
        other = world.call("POST", "/v1/works", {}, token=world.other_token)
        assert other.status_code == 422


def test_addresses_behind_a_trusted_proxy_are_counted_apart(tmp_path):
    path = "/v1/verify?usage=search&id=isrc:USRC17607839"
    with served(tmp_path, REGISTRY_RATE_ANONYMOUS="1", REGISTRY_TRUSTED_PROXIES="1") as world:

        def ask(address):
            return world.http.get(path, headers={"x-forwarded-for": address}).status_code

        assert [ask("203.0.113.1"), ask("203.0.113.1"), ask("203.0.113.2")] == [200, 429, 200]
        assert [ask("2001:db8::1"), ask("2001:db8::2"), ask("2001:db8:1::1")] == [200, 429, 200]
