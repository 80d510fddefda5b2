"""Notices reach real receivers: signed, in order, at least once; what is not taken is dead in the end, and replayed."""

import json
from collections.abc import Iterator

import pytest

from registry.client.published import PublishedKeys
from registry.client.webhook import Notice, verify
from registry.fetching.post_process import PostProcess
from registry.services import deliver_webhook
from registry.services.deliver_webhook import (
    CHALLENGE_TRIES,
    TRIES,
    NotTaken,
    announce,
    deliver,
)
from registry.services.register_webhook import DELIVER, register_webhook, replay, send_test
from registry.storage.jobs import JobState
from registry.storage.webhooks import Webhook, WebhookState
from tests.receivers import Receivers, Sent, echo, receiving
from tests.registries import Desk

HOST = "artist.example"
URL = f"https://{HOST}/hook?of=p"


@pytest.fixture(scope="module")
def posted(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Receivers, PostProcess]]:
    with receiving(tmp_path_factory.mktemp("r")) as receivers, receivers.poster() as poster:
        yield receivers, poster


@pytest.fixture
def receivers(posted: tuple[Receivers, PostProcess]) -> Receivers:
    posted[0].sent.clear()
    posted[0].answers.clear()
    return posted[0]


@pytest.fixture
def poster(posted: tuple[Receivers, PostProcess]) -> PostProcess:
    return posted[1]


def register(desk: Desk, *kinds: str, url: str = URL) -> Webhook:
    platform = desk.platform("P")
    with desk.registry.bookkeeping() as uow:
        return register_webhook(uow, platform, url, kinds, desk.clock())


def now(desk: Desk, webhook: Webhook) -> Webhook:
    with desk.registry.reading() as uow:
        return uow.webhooks.find(webhook.id)


def believed(desk: Desk, sent: Sent) -> Notice:
    """A notice as its receiver verifies it."""
    keyring = desk.registry.signers().keyring

    keys = PublishedKeys.read(
        json.dumps(keyring.did_document(desk.registry.place.issuer, "https://registry.example"))
    )
    return verify(sent.headers, sent.body, keys, url=sent.url, now=desk.clock() // 1000)


def refuse(_: Sent) -> tuple[int, bytes]:
    return 503, b""


def test_an_echoed_challenge_makes_it_active_and_what_is_then_said_is_told(
    desk: Desk, receivers: Receivers, poster: PostProcess
) -> None:
    webhook = register(desk)
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.declare(work, generative_training="deny")
    assert deliver(desk.registry, webhook.id, poster) == 2
    challenge, changes = (believed(desk, each) for each in receivers.at(HOST))
    assert (challenge.type, challenge.challenge) == ("challenge", webhook.challenge)
    assert (changes.type, changes.webhook) == ("changes", webhook.id)
    assert (changes.first, changes.last, changes.count) == (webhook.told, webhook.told + 2, 3)
    assert changes.kinds == ("rightsholder.registered", "work.registered", "declaration.issued")
    after = now(desk, webhook)
    assert (after.state, after.delivered, after.trouble) == (WebhookState.ACTIVE, 2, None)
    assert deliver(desk.registry, webhook.id, poster) == 0


@pytest.mark.parametrize("answer", [b"", b'{"challenge":"x"}', None], ids=["none", "else", "all"])
def test_whoever_does_not_echo_the_challenge_alone_is_sent_nothing_else(
    desk: Desk, receivers: Receivers, poster: PostProcess, answer: bytes | None
) -> None:
    receivers.answers[HOST] = lambda sent: (200, sent.body if answer is None else answer)
    webhook = register(desk)
    for _ in range(CHALLENGE_TRIES - 1):
        with pytest.raises(NotTaken, match="not the challenge"):
            deliver(desk.registry, webhook.id, poster)
    assert deliver(desk.registry, webhook.id, poster) == 0
    assert now(desk, webhook).state is WebhookState.REFUSED
    desk.work("isrc:GBAYE0601498")
    assert announce(desk.registry) == 0
    assert {believed(desk, each).type for each in receivers.at(HOST)} == {"challenge"}
    receivers.answers.clear()
    with desk.registry.bookkeeping() as uow:
        send_test(uow, webhook.platform, webhook.id, desk.clock())
    assert deliver(desk.registry, webhook.id, poster) == 2
    assert now(desk, webhook).state is WebhookState.ACTIVE


def test_only_the_kinds_that_were_asked_for_are_told(
    desk: Desk, receivers: Receivers, poster: PostProcess
) -> None:
    webhook = register(desk, "declaration.issued")
    work, _ = desk.work("isrc:GBAYE0601498")
    assert deliver(desk.registry, webhook.id, poster) == 1
    made = desk.declare(work, generative_training="deny")
    assert deliver(desk.registry, webhook.id, poster) == 1
    told = believed(desk, receivers.at(HOST)[-1])
    assert (told.first, told.last, told.count) == (made.record.seq, made.record.seq, 1)


def test_what_is_not_taken_is_sent_again_under_its_id_signed_afresh_and_what_came_since_follows(
    desk: Desk, receivers: Receivers, poster: PostProcess
) -> None:
    webhook = register(desk)
    deliver(desk.registry, webhook.id, poster)
    receivers.answers[HOST] = refuse
    desk.work("isrc:GBAYE0601498")
    for _ in range(2):
        with pytest.raises(NotTaken, match="it answered 503"):
            deliver(desk.registry, webhook.id, poster)
    assert now(desk, webhook).trouble == "it answered 503"
    desk.work("isrc:USRC17607839")
    receivers.answers.clear()
    assert deliver(desk.registry, webhook.id, poster) == 2
    _, *tried, following = (believed(desk, each) for each in receivers.at(HOST))
    assert len({each.id for each in tried}) == 1
    assert len({each.nonce for each in tried}) == 3
    assert following.first == (tried[0].last or 0) + 1


def test_given_up_on_it_is_dead_and_replayed_it_is_the_same_notice(
    desk: Desk, receivers: Receivers, poster: PostProcess
) -> None:
    webhook = register(desk)
    deliver(desk.registry, webhook.id, poster)
    receivers.answers[HOST] = lambda _: None
    desk.work("isrc:GBAYE0601498")
    for _ in range(TRIES - 1):
        with pytest.raises(NotTaken):
            deliver(desk.registry, webhook.id, poster)
    assert deliver(desk.registry, webhook.id, poster) == 0
    with desk.registry.reading() as uow:
        (dead,) = uow.webhooks.dead(webhook.id)
    assert (dead.tries, dead.dead_at, dead.count) == (TRIES, desk.clock(), 2)
    desk.work("isrc:USRC17607839")
    receivers.answers.clear()
    receivers.sent.clear()
    with desk.registry.bookkeeping() as uow:
        assert replay(uow, webhook.platform, webhook.id, desk.clock()) == 1
    assert deliver(desk.registry, webhook.id, poster) == 2
    again, following = (believed(desk, each) for each in receivers.at(HOST))
    assert again.id == dead.id
    assert following.first == (again.last or 0) + 1


def test_a_receiver_that_stays_away_is_left_alone_until_it_asks(
    desk: Desk, receivers: Receivers, poster: PostProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_webhook, "MOST_DEAD", 2)
    webhook = register(desk)
    deliver(desk.registry, webhook.id, poster)
    receivers.answers[HOST] = refuse
    for number in range(2):
        desk.work(f"isrc:GBAYE06014{number:02d}")
        for _ in range(TRIES - 1):
            with pytest.raises(NotTaken):
                deliver(desk.registry, webhook.id, poster)
        deliver(desk.registry, webhook.id, poster)
    assert now(desk, webhook).state is WebhookState.PAUSED
    desk.work("isrc:USRC17607839")
    receivers.sent.clear()
    assert announce(desk.registry) == 0
    assert deliver(desk.registry, webhook.id, poster) == 0
    with desk.registry.bookkeeping() as uow:  # a test still says whether anybody is there
        send_test(uow, webhook.platform, webhook.id, desk.clock())
    assert deliver(desk.registry, webhook.id, poster) == 0
    assert len(receivers.at(HOST)) == 1
    receivers.answers.clear()
    with desk.registry.bookkeeping() as uow:
        assert replay(uow, webhook.platform, webhook.id, desk.clock()) == 2
    assert deliver(desk.registry, webhook.id, poster) == 3
    after = now(desk, webhook)
    assert (after.state, after.trouble) == (WebhookState.ACTIVE, None)


def test_a_redirect_is_not_taken_and_what_lies_inside_is_not_reached(
    desk: Desk, receivers: Receivers, poster: PostProcess
) -> None:
    receivers.answers[HOST] = lambda _: (302, b"")
    webhook = register(desk)
    with pytest.raises(NotTaken, match="302"):
        deliver(desk.registry, webhook.id, poster)
    inside = register(desk, url="https://inside.example/")
    with pytest.raises(NotTaken, match="private use"):
        deliver(desk.registry, inside.id, poster)


def test_a_webhook_that_is_deleted_while_a_notice_is_on_its_way_is_gone(
    desk: Desk, receivers: Receivers, poster: PostProcess
) -> None:
    webhook = register(desk)

    def delete_and_echo(sent: Sent) -> tuple[int, bytes]:
        with desk.registry.bookkeeping() as uow:
            uow.webhooks.remove(webhook.id)
        return echo(sent)

    receivers.answers[HOST] = delete_and_echo
    assert deliver(desk.registry, webhook.id, poster) == 1
    assert deliver(desk.registry, webhook.id, poster) == 0


def test_a_job_is_asked_for_where_there_is_something_to_send_and_none_is_under_way(
    desk: Desk, receivers: Receivers, poster: PostProcess
) -> None:
    webhook = register(desk)
    assert announce(desk.registry) == 0  # the challenge has its job
    with desk.registry.bookkeeping() as uow:
        job = uow.jobs.of(DELIVER, webhook.id)
        assert job is not None
        taken = uow.jobs.take(job.id, desk.clock(), desk.clock() + 1000)
        assert taken is not None
        uow.jobs.done(taken, desk.clock())
    assert announce(desk.registry) == 1  # it was not sent
    deliver(desk.registry, webhook.id, poster)
    with desk.registry.bookkeeping() as uow:
        taken = uow.jobs.take(job.id, desk.clock(), desk.clock() + 1000)
        assert taken is not None
        uow.jobs.fail(taken, desk.clock(), "killed each time")
    assert announce(desk.registry) == 0
    desk.work("isrc:GBAYE0601498")
    assert announce(desk.registry) == 1
    with desk.registry.reading() as uow:
        again = uow.jobs.of(DELIVER, webhook.id)
    assert again is not None
    assert again.state is JobState.WAITING
