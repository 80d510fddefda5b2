"""A draft is opened by its secret or its account, goes on until it is sent, and is kept no longer than its time."""

from dataclasses import replace

from registry.domain.ids import new_id
from registry.storage.drafts import Draft
from tests.registries import Desk

NOW = 1_790_000_000_000


def draft(account: str | None = None) -> Draft:
    return Draft(new_id(NOW), account, {"name": "Ada"}, None, NOW + 100)


def test_a_visitors_draft_is_opened_by_its_secret_alone_until_it_is_somebodys(desk: Desk) -> None:
    mine = draft()
    with desk.registry.bookkeeping() as uow:
        secret = uow.drafts.begin(mine)
        assert uow.drafts.held(secret, None, NOW) == mine
        assert uow.drafts.held(secret, "ada", NOW) == mine
        assert uow.drafts.held("another", None, NOW) is None
        owned = replace(mine, account="ada", answers={"name": "Ada Trio"})
        assert uow.drafts.change(owned)
        assert uow.drafts.held(secret, "ada", NOW) == owned
        assert uow.drafts.open_of("ada", NOW) == owned
        assert uow.drafts.held(secret, None, NOW) is None
        assert uow.drafts.held(secret, "eve", NOW) is None
        assert uow.drafts.of("eve", mine.id) is None


def test_what_is_sent_is_open_no_more_and_is_sent_once(desk: Desk) -> None:
    mine = draft("ada")
    with desk.registry.bookkeeping() as uow:
        secret = uow.drafts.begin(mine)
        sent = replace(mine, outcome={"record": "r"})
        assert uow.drafts.change(sent)
        assert not uow.drafts.change(replace(mine, outcome={"record": "other"}))
        assert uow.drafts.held(secret, "ada", NOW) is None
        assert uow.drafts.open_of("ada", NOW) is None
        assert uow.drafts.of("ada", mine.id) == sent
        assert uow.drafts.sent_last("ada") == sent
        assert uow.drafts.of("ada", "no id") is None


def test_a_draft_ends_with_its_time_or_on_wish(desk: Desk) -> None:
    mine, other = draft("ada"), draft("eve")
    with desk.registry.bookkeeping() as uow:
        secret = uow.drafts.begin(mine)
        uow.drafts.begin(other)
        assert uow.drafts.held(secret, "ada", mine.until) is None
        uow.drafts.drop(other.id)
        assert uow.drafts.open_of("eve", NOW) is None
        uow.drafts.forget(mine.until - 1)
        assert uow.drafts.of("ada", mine.id) == mine
        uow.drafts.forget(mine.until)
        assert uow.drafts.of("ada", mine.id) is None
