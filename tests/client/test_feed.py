"""Reading the feed of a served registry: every page verified, nothing taken in that does not hold."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from registry.client.feed import Feed
from registry.client.follow import Mirror
from registry.client.published import PublishedKeys
from registry.client.wire import Reply, Request
from registry.errors import RegistryError, Unauthenticated, Unavailable, VerificationFailed
from registry.signing.keys import generate
from tests.api.served import Served, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("feed")) as world:
        yield world


@pytest.fixture
def feed(world: Served) -> Feed:
    signer = world.platform_signer
    return Feed(world.url, signer, signer.kid, world.published(), lambda: world.clock.now // 1000)


def sent(world: Served, request: Request) -> Reply:
    got = world.http.request(request.method, request.url, headers=dict(request.headers))
    return Reply(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.content)


def test_page_by_page_to_the_end_and_then_what_is_new(world: Served, feed: Feed) -> None:
    mirror, more = Mirror(), True
    isrc = world.isrc()
    while more:
        request = feed.request(mirror, limit=4)
        more = feed.take(request, sent(world, request), mirror).more
    basis = mirror.basis([isrc], world.platform, world.clock.now)
    world.declared(world.work(isrc)["id"])
    request = feed.request(mirror)
    taken = feed.take(request, sent(world, request), mirror)
    assert taken.news.overtakes(basis)
    assert (taken.more, taken.retry_after) == (False, 0)
    assert mirror.cursor == world.root()[0] - 1


def test_a_page_that_was_changed_or_is_for_another_request_is_not_taken(
    world: Served, feed: Feed
) -> None:
    mirror = Mirror()
    request, other = feed.request(mirror), feed.request(mirror, limit=5)
    reply = sent(world, request)
    changed = replace(reply, body=reply.body.replace(b"deny", b"allow") + b" ")
    for wrong_request, wrong in ((request, changed), (other, reply)):
        with pytest.raises(VerificationFailed):
            feed.take(wrong_request, wrong, mirror)
    strangers = PublishedKeys.read(b'{"keys": []}')
    with pytest.raises(VerificationFailed):
        replace(feed, keys=strangers).take(request, reply, mirror)
    assert mirror.cursor is None
    assert feed.take(request, reply, mirror).page["changes"]


def test_a_refusal_is_an_error_and_never_a_page(world: Served, feed: Feed) -> None:
    mirror = Mirror()
    unknown = replace(feed, signer=generate(), keyid="x")
    request = unknown.request(mirror)
    with pytest.raises(Unauthenticated):
        unknown.take(request, sent(world, request), mirror)
    with pytest.raises(Unavailable):
        feed.take(request, Reply(503, {}, b""), mirror)
    mirror.cursor = 10_000
    request = feed.request(mirror)
    with pytest.raises(RegistryError, match="ask its operator"):
        feed.take(request, sent(world, request), mirror)
