"""A copy of the store alone makes nobody's codes; with the key's file they are made anywhere."""

import os
import shutil
from pathlib import Path

import pytest

from registry.errors import ConfigurationError, Unavailable
from registry.services.sealed_secrets import SealedSecrets, is_sealed
from registry.storage.backup_files import copy_key_files

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_what_is_sealed_opens_for_its_account_alone_and_looks_different_each_time(
    tmp_path: Path,
) -> None:
    secrets = SealedSecrets(tmp_path / "keys", "a passphrase")
    kept = secrets.seal(SECRET, "ada")
    assert is_sealed(kept)
    assert SECRET not in kept
    assert secrets.seal(SECRET, "ada") != kept
    assert SealedSecrets(tmp_path / "keys", "a passphrase").open(kept, "ada") == SECRET
    for account, text in (("eve", kept), ("ada", kept[:-4] + "AAAA"), ("ada", f"{kept}x.y"[:-2])):
        with pytest.raises(Unavailable, match="cannot be checked"):
            secrets.open(text, account)


def test_one_from_before_is_itself(tmp_path: Path) -> None:
    assert not is_sealed(SECRET)
    assert SealedSecrets(tmp_path).open(SECRET, "ada") == SECRET
    assert not list(tmp_path.iterdir()), "and takes no key"


def test_the_key_is_one_file_that_only_its_owner_reads_encrypted_where_the_others_are(
    tmp_path: Path,
) -> None:
    for passphrase in ("a passphrase", None):
        folder = tmp_path / str(passphrase)
        secrets = SealedSecrets(folder, passphrase)
        for account in ("ada", "ben"):
            secrets.seal(SECRET, account)
        (file,) = folder.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert ("ENCRYPTED" in file.read_text()) == bool(passphrase)


def test_a_lost_key_or_passphrase_opens_nothing_and_another_key_takes_no_ones_place(
    tmp_path: Path,
) -> None:
    kept = SealedSecrets(tmp_path / "keys", "a passphrase").seal(SECRET, "ada")
    with pytest.raises(Unavailable):
        SealedSecrets(tmp_path / "keys", "another").open(kept, "ada")
    with pytest.raises(ConfigurationError):
        SealedSecrets(tmp_path / "keys", "another").seal(SECRET, "ada")
    copied = copy_key_files(tmp_path / "keys", tmp_path / "backup")
    shutil.rmtree(tmp_path / "keys")
    lost = SealedSecrets(tmp_path / "keys", "a passphrase")
    with pytest.raises(Unavailable, match=copied[0]):
        lost.open(kept, "ada")
    fresh = lost.seal(SECRET, "ben")
    copy_key_files(tmp_path / "backup", tmp_path / "keys")
    assert lost.open(kept, "ada") == lost.open(fresh, "ben") == SECRET


def test_a_crash_while_the_key_is_made_leaves_nothing_that_is_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / f"codes-{os.urandom(8).hex()}.new").write_text("half a key")
    secrets = SealedSecrets(tmp_path)
    assert secrets.open(secrets.seal(SECRET, "ada"), "ada") == SECRET
