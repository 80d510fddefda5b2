"""Test keys stand beside the real ones, and end at once."""

from registry.storage.platform_keys import PlatformKey
from tests.registries import START, Desk

KEY = PlatformKey("kid", "p", {"kty": "OKP"}, START, None)


def test_a_key_is_found_listed_and_revoked_once(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.sandbox_keys.add(KEY)
        assert uow.sandbox_keys.find("kid") == KEY
        assert uow.platform_keys.find("kid") is None
        assert uow.sandbox_keys.revoke("kid", START + 1)
        assert not uow.sandbox_keys.revoke("kid", START + 2)
        assert [each.revoked_at for each in uow.sandbox_keys.of("p")] == [START + 1]
        assert uow.sandbox_keys.find("other") is None
