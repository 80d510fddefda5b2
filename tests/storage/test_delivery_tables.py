"""One platform has one webhook at an address, and the queue's tables are those of its library."""

import pytest
from sqlalchemy import inspect

from registry.errors import Unavailable
from registry.storage.schema import metadata
from registry.storage.webhooks import Webhook, WebhookState
from tests.registries import Desk


def test_a_platform_has_one_webhook_at_an_address(desk: Desk) -> None:
    webhook = Webhook("w1", "p", "https://p.example/", (), WebhookState.ASKED, "c", 0, 0)
    other = Webhook("w2", "p", "https://p.example/", (), WebhookState.ASKED, "c", 0, 0)
    with desk.registry.bookkeeping() as uow:
        uow.webhooks.add(webhook)
    with pytest.raises(Unavailable, match="Integrity"), desk.registry.bookkeeping() as uow:
        uow.webhooks.add(other)


def test_the_queues_tables_stand_as_they_are_drawn(desk: Desk) -> None:
    stored = inspect(desk.registry.engine)
    for name in ("huey_task", "huey_schedule", "huey_kv", "huey_counter"):
        columns = [column["name"] for column in stored.get_columns(name)]
        assert columns == [column.name for column in metadata.tables[name].columns]
