"""Public keys as the registry knows them: Ed25519 or P-256, named by their RFC 7638 thumbprint.

Whatever enters as a JWK (RFC 7517, 8037) or raw bytes is examined once, here; a `PublicKey` that
exists can be trusted to be a point on its curve, of full order, and nobody's printed example.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registry.errors import KeyRefused, VerificationFailed
from registry.signing import base64url, ed25519, published_keys

Algorithm = Literal["Ed25519", "ES256"]

_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_COORDINATE_BYTES = 32
_SIGN_BIT = 0x80
_ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One verification key; made by `public_key_from_jwk` and its kin, which examine it.

    `kid` is the RFC 7638 thumbprint (SHA-256, base64url), so that two keys are equal if their `kid`
    is. `jwk` holds only kty, crv, x and, for P-256, y.
    """

    kid: str
    algorithm: Algorithm
    jwk: Mapping[str, str] = field(compare=False)
    raw: bytes = field(compare=False, repr=False)
    """Ed25519: the 32 bytes of the point. ES256: x || y, 64 bytes."""
    _curve_key: ec.EllipticCurvePublicKey | None = field(compare=False, repr=False, default=None)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raises VerificationFailed unless the signature holds (ES256: r || s, 64 bytes)."""
        if self._curve_key is None:
            holds = ed25519.verifies(self.raw, message, signature)
        else:
            holds = _p256_verifies(self._curve_key, message, signature)
        if not holds:
            raise VerificationFailed(
                f"the {self.algorithm} signature does not hold for key {self.kid}: "
                "the message was changed or another key signed it"
            )


def _p256_verifies(key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    if len(signature) != 2 * _COORDINATE_BYTES:
        return False
    r = int.from_bytes(signature[:_COORDINATE_BYTES])
    s = int.from_bytes(signature[_COORDINATE_BYTES:])
    try:
        key.verify(encode_dss_signature(r, s), message, _ECDSA)
    except (InvalidSignature, ValueError):
        return False
    return True


def _thumbprint(jwk: Mapping[str, str]) -> str:
    # RFC 7638, section 3: the required members in lexicographic order, no white space. All values
    # here are base64url or fixed names, so that nothing needs escaping.
    text = "{" + ",".join(f'"{name}":"{jwk[name]}"' for name in sorted(jwk)) + "}"
    return base64url.encode(hashlib.sha256(text.encode("ascii")).digest())


def ed25519_public_key(raw: bytes, *, examples: bool = False) -> PublicKey:
    """The key whose encoded point is these 32 bytes.

    Raises KeyRefused for points that are not canonical, off the curve or of small order, and for
    keys that are printed as examples, unless `examples`, which is for test vectors only.
    """
    if not ed25519.is_acceptable_public_key(raw):
        raise KeyRefused(
            "not an acceptable Ed25519 public key: it must be 32 bytes, the canonical encoding of "
            "a point on the curve, and not of small order"
        )
    for sign in (0, _SIGN_BIT):
        encoded = base64url.encode(raw[:31] + bytes([raw[31] & ~_SIGN_BIT | sign]))
        if encoded in published_keys.ED25519 and not examples:
            raise _printed(published_keys.ED25519[encoded])
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": base64url.encode(raw)}
    return PublicKey(_thumbprint(jwk), "Ed25519", MappingProxyType(jwk), bytes(raw))


def p256_public_key(x: bytes, y: bytes, *, examples: bool = False) -> PublicKey:
    """The P-256 key with these coordinates, 32 bytes each, most significant byte first.

    Raises KeyRefused for points off the curve and for keys that a specification prints.
    """
    if len(x) != _COORDINATE_BYTES or len(y) != _COORDINATE_BYTES:
        raise KeyRefused("a P-256 key needs x and y of exactly 32 bytes each, leading zeros kept")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
    try:
        curve_key = numbers.public_key()
    except ValueError as error:
        raise KeyRefused("x and y are not a point on the curve P-256") from error
    jwk = {"crv": "P-256", "kty": "EC", "x": base64url.encode(x), "y": base64url.encode(y)}
    if jwk["x"] in published_keys.P256 and not examples:
        raise _printed(published_keys.P256[jwk["x"]])
    return PublicKey(_thumbprint(jwk), "ES256", MappingProxyType(jwk), x + y, curve_key)


def _printed(where: str) -> KeyRefused:
    return KeyRefused(
        f"this key is printed in {where} together with its private half, so that anybody can sign "
        "with it: generate a key of your own"
    )


def public_key_from_jwk(jwk: Mapping[str, object], *, examples: bool = False) -> PublicKey:
    """A public key from a JWK: OKP with Ed25519 (RFC 8037) or EC with P-256 (RFC 7518).

    Members that say nothing about the key itself (kid, nbf, exp …) are ignored; `kid` becomes the
    thumbprint. Raises KeyRefused, saying what would be right, for private members, other key types
    and curves, an `alg`, `use` or `key_ops` that is not for these signatures, and bad points.
    """
    if not isinstance(jwk, Mapping):
        raise KeyRefused("a JWK is a JSON object with kty, crv and x")
    private = sorted(_PRIVATE_MEMBERS.intersection(jwk))
    if private:
        raise KeyRefused(
            f"this JWK has the private member {private[0]!r}: send the public key only, and regard "
            "this private key as disclosed"
        )
    kind = (jwk.get("kty"), jwk.get("crv"))
    if kind == ("OKP", "Ed25519"):
        _check_stated_use(jwk, ("Ed25519", "EdDSA"))
        return ed25519_public_key(_coordinate(jwk, "x"), examples=examples)
    if kind == ("EC", "P-256"):
        _check_stated_use(jwk, ("ES256",))
        return p256_public_key(_coordinate(jwk, "x"), _coordinate(jwk, "y"), examples=examples)
    raise KeyRefused(
        'unsupported key: use {"kty": "OKP", "crv": "Ed25519"} or {"kty": "EC", "crv": "P-256"}'
    )


def _check_stated_use(jwk: Mapping[str, object], algorithms: tuple[str, ...]) -> None:
    if jwk.get("alg", algorithms[0]) not in algorithms:
        raise KeyRefused(
            f"the JWK's alg must be {' or '.join(algorithms)} for this curve, or absent"
        )
    if jwk.get("use", "sig") != "sig":
        raise KeyRefused('the JWK\'s use must be "sig", or absent')
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list | tuple) or "verify" not in operations:
        raise KeyRefused('the JWK\'s key_ops must list "verify", or be absent')


def _coordinate(jwk: Mapping[str, object], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise KeyRefused(f"the JWK's {name} is missing or not a string")
    try:
        return base64url.decode(value, name)
    except VerificationFailed as error:
        raise KeyRefused(error.message) from error
