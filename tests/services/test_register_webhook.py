"""Webhooks are registered at public https addresses, by their platform, a few each."""

import pytest

from registry.errors import Conflict, InvalidInput, NotFound
from registry.services.register_webhook import (
    DELIVER,
    MOST_OF_ONE,
    delete_webhook,
    own_webhook,
    register_webhook,
    replay,
    send_test,
    webhook_url,
)
from registry.storage.jobs import JobState
from registry.storage.webhooks import Notice, NoticeKind, Webhook, WebhookState
from tests.registries import Desk

URL = "https://artist.example/hook"


def register(desk: Desk, url: str = URL, *kinds: str, by: str = "P") -> Webhook:
    platform = desk.platform(by)
    with desk.registry.bookkeeping() as uow:
        return register_webhook(uow, platform, url, kinds, desk.clock())


def test_a_new_webhook_is_sent_a_challenge_and_told_of_what_comes_after_it(desk: Desk) -> None:
    webhook = register(desk, URL, "declaration.issued", "declaration.issued")
    assert (webhook.state, webhook.kinds) == (WebhookState.ASKED, ("declaration.issued",))
    with desk.registry.reading() as uow:
        head = uow.log.head()
        waiting = uow.webhooks.waiting(webhook.id)
        job = uow.jobs.of(DELIVER, webhook.id)
        assert uow.webhooks.of(webhook.platform) == [webhook]
    assert head is not None
    assert webhook.told == head.head.size
    assert waiting is not None
    assert waiting.kind is NoticeKind.CHALLENGE
    assert job is not None
    assert job.due == desk.clock()


def test_the_same_address_again_is_the_same_webhook_with_other_kinds(desk: Desk) -> None:
    first = register(desk)
    again = register(desk, "HTTPS://artist.example:443/hook#x", "work.registered")
    assert (again.id, again.kinds) == (first.id, ("work.registered",))
    assert register(desk, URL, by="Q").id != first.id


@pytest.mark.parametrize(
    "url",
    [
        "http://artist.example/", "https://artist.example:8443/", "https://u@artist.example/",
        "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://localhost/",
        "ftp://artist.example/", "artist.example", "", "https://a.example/" + "x" * 2048,
    ],
)  # fmt: skip
def test_nothing_is_registered_to_which_nothing_would_be_sent(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        webhook_url(url)
    assert refused.value.field == "url"


def test_an_unknown_type_of_event_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"known are .*declaration\.issued"):
        register(desk, URL, "declaration.isued")


def test_a_platform_has_so_many_and_no_more(desk: Desk) -> None:
    for number in range(MOST_OF_ONE):
        register(desk, f"https://artist.example/{number}")
    with pytest.raises(Conflict, match="delete one"):
        register(desk, "https://artist.example/more")


def test_what_is_anothers_is_not_there(desk: Desk) -> None:
    webhook = register(desk)
    other = desk.platform("Q")
    with desk.registry.bookkeeping() as uow:
        for act in (
            lambda: own_webhook(uow, other, webhook.id),
            lambda: delete_webhook(uow, other, webhook.id),
            lambda: send_test(uow, other, webhook.id, 0),
            lambda: replay(uow, other, webhook.id, 0),
        ):
            with pytest.raises(NotFound):
                act()
    with desk.registry.bookkeeping() as uow:
        delete_webhook(uow, webhook.platform, webhook.id)
    with desk.registry.reading() as uow:
        assert uow.webhooks.of(webhook.platform) == []
        assert uow.webhooks.waiting(webhook.id) is None


def test_a_test_waits_until_what_is_under_way_is_settled(desk: Desk) -> None:
    webhook = register(desk)
    with desk.registry.bookkeeping() as uow:
        with pytest.raises(Conflict, match="under way"):
            send_test(uow, webhook.platform, webhook.id, desk.clock())
        waiting = uow.webhooks.waiting(webhook.id)
        assert waiting is not None
        uow.webhooks.forget_notice(waiting.id)
        assert (
            send_test(uow, webhook.platform, webhook.id, desk.clock()).state is WebhookState.ASKED
        )
        asked_again = uow.webhooks.waiting(webhook.id)
    assert asked_again is not None
    assert asked_again.kind is NoticeKind.CHALLENGE


def test_what_is_replayed_waits_anew_and_is_due_at_once_whatever_its_job_waited_for(
    desk: Desk,
) -> None:
    webhook = register(desk)
    dead = Notice("n", webhook.id, NoticeKind.CHANGES, 0, 1, 2, 2, ("x",), 12, 5, 9, "away")
    with desk.registry.bookkeeping() as uow:
        waiting = uow.webhooks.waiting(webhook.id)
        assert waiting is not None
        uow.webhooks.forget_notice(waiting.id)
        uow.webhooks.add_notice(dead)
        job = uow.jobs.of(DELIVER, webhook.id)
        assert job is not None
        taken = uow.jobs.take(job.id, desk.clock(), desk.clock() + 1000)
        assert taken is not None
        uow.jobs.put_off(taken, desk.clock() + 3_600_000, "away")
        assert replay(uow, webhook.platform, webhook.id, desk.clock()) == 1
        again = uow.webhooks.waiting(webhook.id)
        job = uow.jobs.of(DELIVER, webhook.id)
    assert again is not None
    assert (again.id, again.tries, again.dead_at, again.trouble) == ("n", 0, None, None)
    assert job is not None
    assert (job.state, job.due, job.attempts) == (JobState.WAITING, desk.clock(), 0)
