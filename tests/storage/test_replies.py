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
