"""Links and ceremonies count once, in their time, for their purpose."""

from registry.storage.single_use import Ceremony, Link
from tests.registries import Desk

LINK = Link("sign-up", "ada@example.org", None, "x", 100)


def test_a_link_counts_once_in_its_time_for_its_purpose(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        secret = uow.single_use.add_link(LINK)
        assert len(secret) == 43
        assert uow.single_use.look_at_link(secret, "sign-up", 99) == LINK
        assert uow.single_use.use_link(secret, "new-password", 99) is None
        assert uow.single_use.use_link(secret, "sign-up", 100) is None
        assert uow.single_use.use_link(secret, "sign-up", 99) == LINK
        assert uow.single_use.use_link(secret, "sign-up", 99) is None


def test_links_to_an_address_can_be_made_worthless(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        secret = uow.single_use.add_link(LINK)
        uow.single_use.forget_links_to("ada@example.org", "new-password")
        assert uow.single_use.look_at_link(secret, "sign-up", 1)
        uow.single_use.forget_links_to("ada@example.org", "sign-up")
        assert uow.single_use.look_at_link(secret, "sign-up", 1) is None


def test_a_ceremony_is_finished_once(desk: Desk) -> None:
    begun = Ceremony("passkey", "a", {"challenge": "x"}, 100)
    with desk.registry.bookkeeping() as uow:
        secret = uow.single_use.begin(begun)
        late = uow.single_use.begin(begun)
        assert uow.single_use.finish(secret, "other", 1) is None
        assert uow.single_use.finish(secret, "passkey", 1) == begun
        assert uow.single_use.finish(secret, "passkey", 1) is None
        assert uow.single_use.finish(late, "passkey", 100) is None
        uow.single_use.forget(100)
        assert uow.single_use.finish(late, "passkey", 1) is None
