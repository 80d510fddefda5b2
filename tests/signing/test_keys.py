"""Private keys on disk: who may read them, and what is said when that is wrong."""

import os
import stat

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import ConfigurationError
from registry.signing.keys import FileSigner, MemorySigner, generate


def _pem(private_key):
    return private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _private_file(path, content):
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_key_that_was_created_signs_the_same_after_it_was_loaded(tmp_path):
    path = tmp_path / "keys" / "records.pem"
    created = FileSigner.create(path)
    loaded = FileSigner.load(path)
    assert loaded.public == created.public
    assert loaded.sign(b"x") == created.sign(b"x")
    created.public.verify(b"x", loaded.sign(b"x"))


def test_a_key_file_and_its_new_directories_are_for_their_owner_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        FileSigner.create(tmp_path / "a" / "b" / "key.pem")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "b" / "key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_tight_umask_does_not_lock_the_owner_out(tmp_path):
    before = os.umask(0o277)
    try:
        FileSigner.create(tmp_path / "key.pem")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600


def test_a_key_file_is_never_overwritten(tmp_path):
    path = tmp_path / "key.pem"
    first = FileSigner.create(path)
    with pytest.raises(ConfigurationError, match="never overwritten"):
        FileSigner.create(path)
    assert FileSigner.load(path).public == first.public


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o610, 0o601])
def test_a_key_file_open_to_others_is_refused_with_the_command_that_mends_it(tmp_path, mode):
    path = tmp_path / "key.pem"
    FileSigner.create(path)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match=f"chmod 600 {path}"):
        FileSigner.load(path)
    path.chmod(0o600)
    FileSigner.load(path)


def test_a_key_file_that_its_owner_can_only_read_is_fine(tmp_path):
    path = tmp_path / "key.pem"
    FileSigner.create(path)
    path.chmod(0o400)
    assert FileSigner.load(path).kid


def test_an_encrypted_key_opens_with_its_passphrase_only(tmp_path):
    path = tmp_path / "key.pem"
    created = FileSigner.create(path, b"correct horse")
    assert b"ENCRYPTED" in path.read_bytes()
    assert FileSigner.load(path, b"correct horse").public == created.public
    for wrong in (b"battery staple", None):
        with pytest.raises(ConfigurationError, match="passphrase"):
            FileSigner.load(path, wrong)


def test_a_passphrase_for_a_file_without_one_is_an_error_and_an_empty_one_too(tmp_path):
    path = tmp_path / "key.pem"
    FileSigner.create(path)
    with pytest.raises(ConfigurationError, match="passphrase"):
        FileSigner.load(path, b"needless")
    with pytest.raises(ConfigurationError, match="empty"):
        FileSigner.create(tmp_path / "other.pem", b"")
    assert not (tmp_path / "other.pem").exists()


def test_a_missing_key_file_a_directory_and_a_file_of_something_else_are_told_apart(tmp_path):
    with pytest.raises(ConfigurationError, match="there is no key file"):
        FileSigner.load(tmp_path / "none.pem")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        FileSigner.load(tmp_path)
    with pytest.raises(ConfigurationError, match="PKCS#8 PEM"):
        FileSigner.load(_private_file(tmp_path / "text.pem", b"hello"))


def test_a_p256_key_in_a_file_signs_es256(tmp_path):
    pem = _pem(ec.generate_private_key(ec.SECP256R1()))
    signer = FileSigner.load(_private_file(tmp_path / "p256.pem", pem))
    assert signer.algorithm == "ES256"
    signature = signer.sign(b"x")
    assert len(signature) == 64
    signer.public.verify(b"x", signature)


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        lambda: ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["RSA", "P-384"],
)
def test_a_key_of_another_kind_is_refused(tmp_path, make):
    path = _private_file(tmp_path / "key.pem", _pem(make()))
    with pytest.raises(ConfigurationError, match="Ed25519 or P-256"):
        FileSigner.load(path)


def test_a_signer_shows_its_name_and_not_its_secret():
    private_key = Ed25519PrivateKey.generate()
    signer = MemorySigner(private_key)
    assert repr(signer) == f"<MemorySigner Ed25519 {signer.kid}>"
    assert private_key.private_bytes_raw().hex() not in repr(signer)


def test_generated_keys_differ():
    assert generate().kid != generate().kid
