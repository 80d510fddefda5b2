"""Private keys behind one protocol, `Signer`, so that a KMS or HSM can take the place of files.

`FileSigner` keeps a PKCS#8 PEM file (RFC 5958, RFC 8410) that only its owner can read, as ssh does;
`MemorySigner` is for platforms' tools and for tests. The public half lives in `public_key`.
"""

import os
import stat
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from registry.errors import ConfigurationError
from registry.signing import ed25519
from registry.signing.public_key import (
    Algorithm,
    PublicKey,
    ed25519_public_key,
    p256_public_key,
    public_key_from_jwk,
)

__all__ = [
    "Algorithm",
    "FileSigner",
    "KeyPurpose",
    "MemorySigner",
    "PublicKey",
    "Signer",
    "ed25519_public_key",
    "generate",
    "p256_public_key",
    "public_key_from_jwk",
]

_ECDSA = ec.ECDSA(hashes.SHA256())
_COORDINATE_BYTES = 32

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class KeyPurpose(StrEnum):
    """What a key of the registry's own is for; one key has one purpose."""

    RECORDS = "records"
    ANSWERS = "answers"
    LOG = "log"
    TOKENS = "tokens"


class Signer(Protocol):
    """Something that signs with one private key, wherever that key lives."""

    @property
    def kid(self) -> str: ...

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def public(self) -> PublicKey: ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes: an Ed25519 signature, or r || s for ES256."""
        ...


class MemorySigner:
    """A signer whose private key is held in memory only."""

    __slots__ = ("_curve_key", "_secret", "public")

    def __init__(self, private_key: PrivateKey, *, examples: bool = False) -> None:
        """Raises ConfigurationError for another curve than Ed25519 and P-256, and KeyRefused for a
        key that is printed somewhere, unless `examples`, which is for test vectors only."""
        self._secret = b""
        self._curve_key: ec.EllipticCurvePrivateKey | None = None
        if isinstance(private_key, Ed25519PrivateKey):
            raw, self._secret = ed25519.expand_seed(private_key.private_bytes_raw())
            self.public: PublicKey = ed25519_public_key(raw, examples=examples)
            return
        if not isinstance(private_key, ec.EllipticCurvePrivateKey) or not isinstance(
            private_key.curve, ec.SECP256R1
        ):
            raise ConfigurationError("a signing key must be Ed25519 or P-256")
        self._curve_key = private_key
        numbers = private_key.public_key().public_numbers()
        self.public = p256_public_key(
            numbers.x.to_bytes(_COORDINATE_BYTES),
            numbers.y.to_bytes(_COORDINATE_BYTES),
            examples=examples,
        )

    @staticmethod
    def from_seed(seed: bytes, *, examples: bool = False) -> "MemorySigner":
        """An Ed25519 signer from its 32-byte seed (RFC 8032, section 5.1.5)."""
        return MemorySigner(Ed25519PrivateKey.from_private_bytes(seed), examples=examples)

    @property
    def kid(self) -> str:
        return self.public.kid

    @property
    def algorithm(self) -> Algorithm:
        return self.public.algorithm

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over `message`."""
        if self._curve_key is None:
            return ed25519.sign(self._secret, message)
        r, s = decode_dss_signature(self._curve_key.sign(message, _ECDSA))
        return r.to_bytes(_COORDINATE_BYTES) + s.to_bytes(_COORDINATE_BYTES)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.algorithm} {self.kid}>"


def generate(algorithm: Algorithm = "Ed25519") -> MemorySigner:
    """A new in-memory signer with a fresh random key."""
    if algorithm == "ES256":
        return MemorySigner(ec.generate_private_key(ec.SECP256R1()))
    return MemorySigner(Ed25519PrivateKey.generate())


class FileSigner(MemorySigner):
    """A signer whose private key is a PKCS#8 PEM file with mode 0600."""

    __slots__ = ("path",)

    def __init__(self, private_key: PrivateKey, path: Path) -> None:
        super().__init__(private_key)
        self.path = path

    @classmethod
    def create(cls, path: Path, passphrase: bytes | None = None) -> Self:
        """Makes a new Ed25519 key in a new file, durable when this returns.

        Missing parent directories are made with mode 0700. Raises ConfigurationError if the file
        exists: a private key is never overwritten.
        """
        private_key = Ed25519PrivateKey.generate()
        pem = private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            _protection(passphrase),
        )
        _make_private_directories(path.parent)
        _write_once(path, pem)
        return cls(private_key, path)

    @classmethod
    def load(cls, path: Path, passphrase: bytes | None = None) -> Self:
        """Reads a key file.

        Raises ConfigurationError, saying what to do, if it is missing, open to others than its
        owner, not a private key, or if the passphrase does not open it.
        """
        pem = _read_private(path)
        try:
            private_key = serialization.load_pem_private_key(pem, passphrase)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(
                f"the key file {path} cannot be opened: the passphrase may be wrong (it has to be the one "
                "that the file was encrypted with, and none where it is not encrypted; for the registry's own "
                "keys it is REGISTRY_KEY_PASSPHRASE), or the file is no PKCS#8 PEM private key"
            ) from error
        except UnsupportedAlgorithm as error:
            raise ConfigurationError(f"the key file {path} holds an unsupported key") from error
        if not isinstance(private_key, Ed25519PrivateKey | ec.EllipticCurvePrivateKey):
            raise ConfigurationError(f"the key file {path} must hold an Ed25519 or P-256 key")
        return cls(private_key, path)


def _protection(passphrase: bytes | None) -> serialization.KeySerializationEncryption:
    if passphrase is None:
        return serialization.NoEncryption()
    if not passphrase:
        raise ConfigurationError("the key passphrase is empty: set one, or none at all")
    return serialization.BestAvailableEncryption(passphrase)


def _make_private_directories(directory: Path) -> None:
    # mkdir(parents=True) would give the intermediate ones the umask's mode.
    for missing in reversed([d for d in (directory, *directory.parents) if not d.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def _write_once(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(
            f"the key file {path} exists already and is never overwritten: load it, or move it away"
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # The name must be as durable as the content, or a crash leaves signatures by a lost key.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # fstat on the open file: a path checked first could be another file when it is opened.
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigurationError(f"the key file {path} is not a regular file")
            if mode & 0o077:
                raise ConfigurationError(
                    f"the key file {path} can be read or written by others than its owner "
                    f"(mode {stat.S_IMODE(mode):04o}): run chmod 600 {path}"
                )
            return file.read()
    except FileNotFoundError as error:
        raise ConfigurationError(f"there is no key file {path}: create it first") from error
    except OSError as error:
        raise ConfigurationError(f"the key file {path} cannot be read: {error.strerror}") from error
