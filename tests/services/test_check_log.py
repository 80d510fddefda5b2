"""The newest checkpoint: it holds against stored tiles and what was released, or the contradiction is named."""

import pytest
from sqlalchemy import text

from registry.errors import VerificationFailed
from registry.services.check_log import check_newest_checkpoint
from registry.storage.head_file import Head
from tests.registries import Desk

ISRC = "isrc:GBAYE0601498"


def check(desk: Desk, released: Head | None) -> int:
    registry = desk.registry
    with registry.reading() as uow:
        return check_newest_checkpoint(uow, registry.signers(), registry.place, released)


def newest(desk: Desk) -> Head:
    released = desk.registry.head_file.read()
    assert released is not None
    return released


def by_hand(desk: Desk, statement: str, **values: object) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(text(statement), values)


def test_a_log_that_is_whole_holds_with_and_without_what_was_released(desk: Desk) -> None:
    before = newest(desk)
    desk.work(ISRC)
    size = newest(desk).size
    assert size > before.size
    for released in (newest(desk), before, None):
        assert check(desk, released) == size


def test_a_store_behind_what_was_released_is_found(desk: Desk) -> None:
    ahead = Head(newest(desk).size + 1, newest(desk).root, newest(desk).at)
    with pytest.raises(VerificationFailed, match="was released, but the store has"):
        check(desk, ahead)


def test_another_history_than_the_released_one_is_found(desk: Desk) -> None:
    forked = Head(newest(desk).size, bytes(32), newest(desk).at)
    with pytest.raises(VerificationFailed, match=r"that was released covers .* another root"):
        check(desk, forked)


def test_a_changed_tile_is_found(desk: Desk) -> None:
    by_hand(desk, "UPDATE log_tiles SET hashes = :hashes WHERE level = 0", hashes=bytes(8192))
    with pytest.raises(VerificationFailed, match=r"newest checkpoint covers .* another root"):
        check(desk, newest(desk))


def test_a_missing_tile_is_found(desk: Desk) -> None:
    by_hand(desk, "DELETE FROM log_tiles")
    with pytest.raises(VerificationFailed, match="one is missing"):
        check(desk, newest(desk))


def test_a_checkpoint_that_this_log_did_not_sign_is_found(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    changed = head.note.replace("— ", "— other.", 1)
    by_hand(desk, "UPDATE log_head SET note = :note", note=changed)
    with pytest.raises(VerificationFailed, match="checkpoint over"):
        check(desk, newest(desk))


def test_a_log_that_has_not_begun_holds_unless_something_was_released(desk: Desk) -> None:
    released = newest(desk)
    by_hand(desk, "DELETE FROM log_head")
    assert check(desk, None) == 0
    with pytest.raises(VerificationFailed, match="the store has no log"):
        check(desk, released)
