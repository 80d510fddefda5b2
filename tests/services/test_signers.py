"""Private keys in files: named after what they are, missing or swapped ones refused with what to do."""

import pytest

from registry.errors import ConfigurationError
from registry.signing.keys import KeyPurpose
from tests.registries import HOUR, Desk


def test_a_missing_key_file_says_what_to_do(desk: Desk) -> None:
    folder = desk.registry.key_files.folder
    next(folder.glob("log-*")).rename(folder / "elsewhere")
    desk.registry._opened = None
    with pytest.raises(ConfigurationError, match="restore it from your backup"):
        desk.rightsholder()


def test_a_key_file_with_another_key_than_its_name_says_is_refused(desk: Desk) -> None:
    folder = desk.registry.key_files.folder
    next(folder.glob("log-*")).write_bytes(next(folder.glob("answers-*")).read_bytes())
    desk.registry._opened = None
    with pytest.raises(ConfigurationError, match="another key"):
        desk.rightsholder()


def test_keys_are_opened_again_only_when_they_changed(desk: Desk) -> None:
    first = desk.registry.signers()
    desk.clock.forward(HOUR)
    assert desk.registry.signers() is first
    assert first.all_sign_at(desk.clock())
    assert not first.all_sign_at(0)
    assert {first[purpose].kid for purpose in KeyPurpose} == {
        key["kid"] for key in first.keyring.jwks()["keys"]
    }
