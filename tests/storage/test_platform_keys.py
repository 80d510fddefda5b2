"""A platform's keys: one owner each, kept when revoked, revoked once."""

from registry.storage.platform_keys import PlatformKey
from tests.registries import Desk


def test_a_key_is_found_by_its_id_also_when_it_is_revoked(desk: Desk) -> None:
    key = PlatformKey("kid", "platform", {"kty": "OKP", "x": "abc"}, 5, None)
    with desk.registry.bookkeeping() as uow:
        uow.platform_keys.add(key)
        assert uow.platform_keys.find("kid") == key
        assert uow.platform_keys.revoke("kid", 9)
        assert not uow.platform_keys.revoke("kid", 10)
        assert not uow.platform_keys.revoke("other", 10)
    with desk.registry.reading() as uow:
        found = uow.platform_keys.find("kid")
        assert found is not None
        assert found.revoked_at == 9
        assert uow.platform_keys.of("platform") == [found]
        assert uow.platform_keys.of("another") == []
        assert uow.platform_keys.find("other") is None


def test_the_lookup_sees_the_same_key(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.platform_keys.add(PlatformKey("kid", "platform", {"kty": "OKP"}, 5, 7))
    with desk.registry.lookups.transaction() as transaction:
        assert transaction.platform_of_key("kid") == ("platform", '{"kty": "OKP"}', 7)
        assert transaction.platform_of_key("other") is None


def test_platforms_are_listed(desk: Desk) -> None:
    ids = sorted(desk.platform(name) for name in ("P", "Q"))
    desk.rightsholder()
    with desk.registry.reading() as uow:
        assert uow.platform_keys.platforms() == ids
