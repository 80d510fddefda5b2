"""Passkeys are found by their credential, and removed by their owner alone."""

from dataclasses import replace

from registry.storage.passkeys import Passkey
from tests.registries import Desk

ONE = Passkey(b"\x00id", "a", b"key", 0, "My phone", 5)


def test_a_passkey_is_kept_used_and_removed(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.passkeys.add(ONE)
        assert uow.passkeys.find(b"\x00id") == ONE
        assert uow.passkeys.find(b"") is None
        uow.passkeys.used(b"\x00id", 3, 9)
        assert uow.passkeys.of("a") == [replace(ONE, count=3, used_at=9)]
        assert not uow.passkeys.remove("b", b"\x00id")
        assert uow.passkeys.remove("a", b"\x00id")
        assert uow.passkeys.of("a") == []
