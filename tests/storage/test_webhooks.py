"""Webhooks and notices as rows: what is to be sent, what waits, what is dead."""

from dataclasses import replace

import pytest

from registry.errors import NotFound
from registry.storage.webhooks import (
    News,
    Notice,
    NoticeKind,
    Webhook,
    Webhooks,
    WebhookState,
)
from tests.registries import Desk

ACTIVE = Webhook(
    "w", "p", "https://p.example/", ("work.registered",), WebhookState.ACTIVE, "c", 1, 0
)


def notice(id: str, made_at: int, **more: object) -> Notice:
    return replace(Notice(id, "w", NoticeKind.CHANGES, made_at, 3, 9, 2, ("a", "b")), **more)  # type: ignore[arg-type]


def kept(desk: Desk, *notices: Notice, webhook: Webhook = ACTIVE) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.webhooks.add(webhook)
        for each in notices:
            uow.webhooks.add_notice(each)


def test_what_is_kept_is_found_as_it_was(desk: Desk) -> None:
    kept(desk, notice("n", 5))
    later = replace(ACTIVE, told=7, delivered=2, delivered_at=8, trouble="away", kinds=())
    with desk.registry.bookkeeping() as uow:
        assert uow.webhooks.find("w") == ACTIVE
        assert uow.webhooks.waiting("w") == notice("n", 5)
        uow.webhooks.keep(later)
        uow.webhooks.keep_notice(notice("n", 5, tries=3, tried_at=4, trouble="away"))
    with desk.registry.reading() as uow:
        assert uow.webhooks.of("p") == [later]
        assert uow.webhooks.waiting("w") == notice("n", 5, tries=3, tried_at=4, trouble="away")
        with pytest.raises(NotFound):
            uow.webhooks.find("x")


def test_the_oldest_that_is_not_dead_is_next_and_the_dead_can_be_revived_or_forgotten(
    desk: Desk,
) -> None:
    dead = notice("a", 1, dead_at=50, tries=12, trouble="away")
    kept(desk, notice("c", 3), notice("b", 2), dead, notice("d", 4, dead_at=60))
    with desk.registry.bookkeeping() as uow:
        found: Webhooks = uow.webhooks
        assert getattr(found.waiting("w"), "id", None) == "b"
        assert [each.id for each in found.dead("w")] == ["a", "d"]
        assert found.notices() == (2, 2)
        assert found.forget_dead(55) == 1
        assert found.revive("w") == 1
        assert found.dead("w") == []
        found.forget_notice("b")
        assert getattr(found.waiting("w"), "id", None) == "c"
        found.remove("w")
        assert found.waiting("w") is None
        assert found.of("p") == []


def test_there_is_something_to_send_where_a_notice_waits_or_an_active_webhook_is_behind(
    desk: Desk,
) -> None:
    with desk.registry.bookkeeping() as uow:
        for state in WebhookState:
            url = f"https://p.example/{state}"
            uow.webhooks.add(replace(ACTIVE, id=state.value, url=url, state=state, told=5))
        assert uow.webhooks.to_be_sent(5, "webhook") == []
        assert uow.webhooks.to_be_sent(6, "webhook") == ["active"]
        uow.webhooks.add_notice(replace(notice("n", 1), webhook="asked"))
        uow.webhooks.add_notice(replace(notice("m", 1, dead_at=2), webhook="paused"))
        assert uow.webhooks.to_be_sent(6, "webhook") == ["active", "asked"]
        uow.jobs.add("webhook", "asked", 0)
        uow.jobs.add("other", "active", 0)
        assert uow.webhooks.to_be_sent(6, "webhook") == ["active"]
        assert uow.webhooks.by_state()[WebhookState.PAUSED] == 1
        assert uow.webhooks.delivered() == 0


def test_news_are_counted_by_type_in_the_order_in_which_they_came(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    first = head.head.size
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.declare(work, generative_training="deny")
    desk.work("isrc:USRC17607839")
    kinds = ("rightsholder.registered", "work.registered", "declaration.issued")
    with desk.registry.reading() as uow:
        assert uow.webhooks.news(first, first + 4, ()) == News(4, first, first + 3, kinds)
        only = uow.webhooks.news(first, first + 4, ("work.registered",))
        assert only == News(2, first + 1, first + 3, ("work.registered",))
        assert uow.webhooks.news(first, first + 4, ("link.made",)) is None
        assert uow.webhooks.news(first + 4, first + 4, ()) is None
