"""Secrets of authenticators as the store keeps them: sealed (AES-256-GCM, NIST SP 800-38D) under a key that is not in
it, so that a copy of the store alone makes nobody's codes.

The key follows (HKDF, RFC 5869) from what a key of its own signs, which signs nothing else: a file in the folder of the
registry's keys, encrypted with their passphrase, in their backup, moved with them. Ed25519 signs the same alike each
time (RFC 8032, section 5.1.6). A sealed secret names its key, and opens for its own account alone.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.errors import ConfigurationError, Unavailable, VerificationFailed
from registry.signing.base64url import decode, encode
from registry.signing.keys import FileSigner

_LABEL: Final = b"consent registry: secrets of authenticators, version 1"
_FORM: Final = "v1"
_NAME: Final = "codes"
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """Seals and opens, with the key in this folder."""

    folder: Path
    passphrase: str | None = None

    def seal(self, secret: str, account: str) -> str:
        """As the store keeps it. Makes the key where there is none.

        Raises: Unavailable where it cannot be made, ConfigurationError where the one there is cannot be used.
        """
        try:
            signer = self._signer()
        except OSError as error:
            raise Unavailable(
                f"the key that seals authenticators' secrets cannot be made in {self.folder}: {error.strerror}"
            ) from error
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(_key(signer)).encrypt(nonce, secret.encode(), account.encode())
        return f"{_FORM}.{signer.kid}.{encode(nonce + sealed)}"

    def open(self, kept: str, account: str) -> str:
        """The secret. One from before it was sealed is itself.

        Raises: Unavailable where the key's file is missing or cannot be used, or where it is another account's.
        """
        if not is_sealed(kept):
            return kept
        kid, _, text = kept.removeprefix(f"{_FORM}.").partition(".")
        try:
            signer = FileSigner.load(self._path(kid), self._phrase())
            packed = decode(text)
            opened = AESGCM(_key(signer)).decrypt(
                packed[:_NONCE_BYTES], packed[_NONCE_BYTES:], account.encode()
            )
        except (ConfigurationError, VerificationFailed, InvalidTag, ValueError) as error:
            raise Unavailable(
                f"codes of authenticators cannot be checked: {self._path(kid)} is missing or does not fit; restore it "
                "from your backup of the keys",
                field="code",
            ) from error
        return opened.decode()

    def _signer(self) -> FileSigner:
        """The key that seals: the one there is, else a fresh one. Two processes may make one each; both open."""
        for path in sorted(self.folder.glob(f"{_NAME}-*.pem")):
            return FileSigner.load(path, self._phrase())
        fresh = self.folder / f"{_NAME}-{os.urandom(8).hex()}.new"
        signer = FileSigner.create(fresh, self._phrase())
        fresh.rename(self._path(signer.kid))
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)  # the name is durable before anything is sealed with the key
        finally:
            os.close(directory)
        return signer

    def _path(self, kid: str) -> Path:
        return self.folder / f"{_NAME}-{kid}.pem"

    def _phrase(self) -> bytes | None:
        return None if self.passphrase is None else self.passphrase.encode()


def is_sealed(kept: str) -> bool:
    """Secrets from before are base32, in which there is no dot."""
    return "." in kept


def _key(signer: FileSigner) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=_LABEL).derive(signer.sign(_LABEL))
