"""Settings become a registry: prepared as often as one likes, released before shown, closed clean."""

from pathlib import Path

import msgspec
import pytest

from registry.bootstrap import KEYS_FRESH_MS, open_registry
from registry.errors import ConfigurationError, LogRefuses
from registry.services.keep_keys import rotate_key
from registry.services.open_account import register_rightsholder
from registry.signing.keys import KeyPurpose
from registry.storage.whole_store import is_empty
from tests.conftest import FreshDatabase
from tests.registries import HOUR, STEWARD, Desk, MovedClock, open_desk, settings_for


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return open_desk(tmp_path, database_url)


def test_opening_touches_no_store_and_preparing_twice_changes_nothing(
    tmp_path: Path, database_url: str
) -> None:
    registry = open_registry(settings_for(tmp_path, database_url), MovedClock())
    assert registry.head_file.read() is None
    registry.prepare()
    head = registry.head_file.read()
    registry.prepare()
    assert registry.head_file.read() == head
    registry.close()


def test_a_head_is_in_the_second_place_when_a_write_returns(desk: Desk) -> None:
    with desk.registry.writing() as ledger:
        register_rightsholder(ledger, "R1", STEWARD)
        sealed = ledger.seal()
        assert sealed is not None
        assert desk.registry.head_file.read() != sealed.head
    assert desk.registry.head_file.read() == sealed.head
    desk.registry.close()


def test_a_head_that_a_crash_kept_from_the_second_place_is_put_there_before_it_is_shown(
    desk: Desk,
) -> None:
    before = desk.registry.head_file.read()
    assert before is not None
    desk.rightsholder()
    desk.registry.head_file.overwrite(before)
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    assert desk.registry.released(head) == head
    assert desk.registry.head_file.read() == head.head
    desk.registry.close()


def test_what_only_reads_cannot_write(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, f"sqlite:///{tmp_path / 'r.sqlite'}")
    before = desk.fsck().events
    with desk.registry.writing():
        pass
    assert desk.fsck().events == before
    desk.registry.close()


def test_a_rotated_key_is_known_to_another_process_within_seconds(
    tmp_path: Path, desk: Desk
) -> None:
    other = open_registry(desk.registry.settings, desk.clock)
    old = other.signers()[KeyPurpose.ANSWERS].kid
    desk.clock.forward(HOUR)
    with desk.registry.writing() as ledger:
        fresh = rotate_key(ledger, desk.registry.key_files, KeyPurpose.ANSWERS, STEWARD)
    desk.clock.forward(KEYS_FRESH_MS)
    assert old != fresh.kid == other.signers()[KeyPurpose.ANSWERS].kid
    other.close()
    desk.registry.close()


def test_another_passphrase_opens_no_key(tmp_path: Path, database_url: str) -> None:
    open_desk(tmp_path, database_url, REGISTRY_KEY_PASSPHRASE="one").registry.close()
    settings = settings_for(tmp_path, database_url, REGISTRY_KEY_PASSPHRASE="two")
    registry = open_registry(settings, MovedClock())
    with pytest.raises(ConfigurationError, match="passphrase"):
        registry.prepare()
    registry.close()


def test_a_list_of_breached_passwords_that_is_none_keeps_it_from_starting(
    tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "list").write_text("hunter2\n")
    with pytest.raises(ConfigurationError, match="no digest at byte 0"):
        open_desk(tmp_path, database_url, REGISTRY_BREACHED_PASSWORDS=str(tmp_path / "list"))


def test_an_empty_store_beside_a_released_head_is_not_begun_anew(
    tmp_path: Path, fresh_database: object
) -> None:
    open_desk(tmp_path, fresh_database("sqlite")).registry.close()  # type: ignore[operator]
    settings = settings_for(tmp_path, fresh_database("sqlite"))  # type: ignore[operator]
    registry = open_registry(settings, MovedClock())
    with pytest.raises(LogRefuses, match="a restore or a move that was interrupted"):
        registry.prepare()
    registry.close()


def test_a_store_that_lacks_what_was_released_answers_nothing(desk: Desk) -> None:
    """A restored backup may lack an acknowledged denial: it must not be read as an absence."""
    registry = desk.registry
    with registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    assert registry.released(head) == head
    ahead = msgspec.structs.replace(head.head, size=head.head.size + 1)
    registry.head_file.overwrite(ahead)
    with pytest.raises(LogRefuses, match="older than what others hold"):
        registry.released(head)
    registry.close()


def test_a_head_that_another_process_has_just_passed_is_still_shown(desk: Desk) -> None:
    registry = desk.registry
    with registry.reading() as uow:
        before = uow.log.head()
    assert before is not None
    with registry.writing() as ledger:
        register_rightsholder(ledger, "R1", STEWARD)
    assert registry.released(before) == before
    registry.close()


@pytest.mark.parametrize("purpose", list(KeyPurpose))
def test_a_private_key_that_was_lost_can_be_replaced(desk: Desk, purpose: KeyPurpose) -> None:
    registry = desk.registry
    with registry.reading() as uow:
        kid = next(key.kid for key in uow.keys.all() if key.purpose == purpose.value)
    (registry.settings.keys / f"{purpose.value}-{kid}.pem").unlink()
    registry.close()
    again = open_registry(registry.settings, desk.clock)
    with pytest.raises(ConfigurationError, match="is missing"):
        again.prepare()
    with again.writing() as ledger:
        rotate_key(ledger, again.key_files, purpose, STEWARD)
    again.prepare()
    desk.registry = again
    assert desk.fsck().wrong is None
    again.close()


def test_an_empty_database_beside_a_head_file_is_no_first_start(
    tmp_path: Path, fresh_database: FreshDatabase, database_url: str
) -> None:
    """An interrupted restore leaves it so: what a start made in it would be in the way of the next one."""
    first = open_desk(tmp_path, fresh_database("sqlite"))
    first.registry.close()
    keys = sorted((tmp_path / "var" / "keys").iterdir())
    again = open_registry(settings_for(tmp_path, database_url))
    with pytest.raises(LogRefuses, match=r"this database is empty, but a log of \d+ entries was"):
        again.prepare()
    assert is_empty(again.engine)
    again.close()
    assert sorted((tmp_path / "var" / "keys").iterdir()) == keys
