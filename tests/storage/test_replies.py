"""A retry gets the same bytes; the same key for another request is refused; keys belong to their owner."""

import pytest

from registry.errors import IdempotencyConflict
from registry.storage.replies import Reply
from tests.registries import Desk


def test_a_reply_is_given_again_byte_for_byte_to_its_owner_alone(desk: Desk) -> None:
    reply = Reply(201, b'{"id": "\xc3\xa9"}\n')
    with desk.registry.bookkeeping() as uow:
        assert uow.replies.find("token", "key", b"digest") is None
        uow.replies.keep("token", "key", b"digest", reply, 5)
    with desk.registry.reading() as uow:
        assert uow.replies.find("token", "key", b"digest") == reply
        assert uow.replies.find("another", "key", b"digest") is None
        with pytest.raises(IdempotencyConflict) as raised:
            uow.replies.find("token", "key", b"another")
    assert raised.value.field == "Idempotency-Key"


def test_only_replies_from_before_are_forgotten_and_the_oldest_first(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        for at in (30, 10, 20):
            uow.replies.keep("token", f"at{at}", b"digest", Reply(200, b""), at)
        assert uow.replies.forget(30, 1) == 1
        assert uow.replies.find("token", "at10", b"digest") is None
        assert uow.replies.forget(30, 9) == 1
        assert uow.replies.find("token", "at20", b"digest") is None
        assert uow.replies.find("token", "at30", b"digest") is not None
