"""The registry's keys at work: public parts from the key table, private parts from files of mode 0600."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from registry.errors import ConfigurationError
from registry.signing.keyring import KeyRecord, Keyring
from registry.signing.keys import FileSigner, KeyPurpose, Signer, public_key_from_jwk
from registry.storage.key_table import StoredKey


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The folder with the private keys, one file each, named after purpose and thumbprint."""

    folder: Path
    passphrase: str | None = None

    def create(self, purpose: KeyPurpose) -> Signer:
        """Makes a key and its file (mode 0600, durable)."""
        fresh = self.folder / f"{purpose.value}-new.pem"
        fresh.unlink(missing_ok=True)
        signer = FileSigner.create(fresh, self._passphrase())
        fresh.rename(self._path(purpose, signer.kid))
        # the new name must be durable too, before anything is signed with the key
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return signer

    def load(self, purpose: KeyPurpose, kid: str) -> Signer:
        """Raises: ConfigurationError where the file is missing, readable by others or of another key."""
        path = self._path(purpose, kid)
        if not path.exists():
            raise ConfigurationError(
                f"the private key {path} is missing; restore it from your backup, or make a new one "
                f"with: registry keys rotate --purpose {purpose.value}"
            )
        signer = FileSigner.load(path, self._passphrase())
        if signer.kid != kid:
            raise ConfigurationError(f"{path} holds another key than its name says")
        return signer

    def _path(self, purpose: KeyPurpose, kid: str) -> Path:
        return self.folder / f"{purpose.value}-{kid}.pem"

    def _passphrase(self) -> bytes | None:
        return None if self.passphrase is None else self.passphrase.encode()


@dataclass(frozen=True, slots=True)
class Signers:
    """Every public key, and for each purpose the one that signs now; its file is opened when it first does,
    so that a key whose file was lost can still be replaced."""

    keyring: Keyring
    current: Mapping[KeyPurpose, str]
    files: KeyFiles
    _opened: dict[KeyPurpose, Signer] = field(default_factory=dict)

    def all_sign_at(self, now: int) -> bool:
        """May every key that signs still do so at this time (ms)?"""
        return all(
            self.keyring.find(kid, purpose).may_sign_at(now)
            for purpose, kid in self.current.items()
        )

    def open_all(self) -> None:
        """Opens every file. Raises: ConfigurationError for the first that cannot be used."""
        for purpose in self.current:
            self[purpose]

    def __getitem__(self, purpose: KeyPurpose) -> Signer:
        """The signer for this purpose. Raises: ConfigurationError where its file cannot be used."""
        if purpose not in self._opened:
            self._opened[purpose] = self.files.load(purpose, self.current[purpose])
        return self._opened[purpose]


def open_signers(stored: Iterable[StoredKey], files: KeyFiles, now: int) -> Signers:
    """The signers for the keys in use at `now` (ms).

    Raises: ConfigurationError where a purpose has no key.
    """
    keyring = keyring_of(stored)
    return Signers(
        keyring,
        {purpose: keyring.current(purpose, now).public.kid for purpose in KeyPurpose},
        files,
    )


def keyring_of(stored: Iterable[StoredKey]) -> Keyring:
    """The public halves of these keys."""
    return Keyring(
        KeyRecord(
            public=public_key_from_jwk(key.jwk),
            purpose=KeyPurpose(key.purpose),
            not_before=key.not_before,
            not_after=key.not_after,
            compromised_at=key.compromised_at,
        )
        for key in stored
    )
