"""Compact JWS (RFC 7515) in one strict profile, signed through a `Signer`.

`alg` is "Ed25519" (RFC 9864; its older name "EdDSA" is accepted too) or "ES256", and always
decided by the key that `kid` names, never by the message. joserfc 1.8 calls the new name "Ed25519"
as well, but signs only with keys it holds itself and keeps the last of two members of the same
name; so the thirty lines that matter are here, and joserfc is the independent partner in the
tests. PyJWT 2 does not know the new name: it verifies these records if it is told to take
"Ed25519" for its EdDSA algorithm.
"""

import json
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NoReturn

import msgspec

from registry.errors import VerificationFailed
from registry.signing import base64url
from registry.signing.keys import PublicKey, Signer

MAX_TOKEN_BYTES: Final = 24 * 1024 * 1024
MAX_HEADER_CHARS: Final = 4096
_ACCEPTED_ALG: Final = {"Ed25519": ("Ed25519", "EdDSA"), "ES256": ("ES256",)}
# Each of these would let the message bring or fetch its own key, or change what is signed.
_REFUSED_MEMBERS: Final = (
    "jwk",
    "jku",
    "x5u",
    "x5c",
    "x5t",
    "x5t#S256",
    "crit",
    "b64",
    "enc",
    "zip",
)

FindKey = Callable[[str], PublicKey]


class VerifiedJws(msgspec.Struct, frozen=True, gc=False):
    """What a JWS said, after its signature held."""

    header: Mapping[str, Any]
    payload: bytes
    key: PublicKey


def sign_jws(
    payload: bytes,
    *,
    typ: str,
    kid: str,
    signer: Signer,
    cty: str | None = None,
    header: Mapping[str, Any] | None = None,
) -> str:
    """The compact JWS over `payload`, with `header`'s members after alg, typ, cty and kid.

    Raises ValueError if `header` repeats one of these or names a member that `verify_jws` refuses.
    """
    protected = (
        _plain_header(signer.algorithm, typ, cty, kid)
        if not header
        else _header(signer.algorithm, typ, cty, kid, header)
    )
    signing_input = f"{protected}.{base64url.encode(payload)}"
    signature = signer.sign(signing_input.encode("ascii"))
    return f"{signing_input}.{base64url.encode(signature)}"


# one a key and kind of token, again and again
@lru_cache(maxsize=64)
def _plain_header(algorithm: str, typ: str, cty: str | None, kid: str) -> str:
    return _header(algorithm, typ, cty, kid, {})


def _header(algorithm: str, typ: str, cty: str | None, kid: str, header: Mapping[str, Any]) -> str:
    protected: dict[str, Any] = {"alg": algorithm, "typ": typ}
    if cty is not None:
        protected["cty"] = cty
    protected["kid"] = kid
    for name, value in header.items():
        if name in ("alg", "typ", "cty", "kid", *_REFUSED_MEMBERS):
            raise ValueError(f"the header member {name!r} cannot be set here")
        protected[name] = value
    return base64url.encode(json.dumps(protected, separators=(",", ":"), allow_nan=False).encode())


def read_kid(token: str) -> str:
    """The `kid` that an unverified token names, to find its key elsewhere first.

    Raises VerificationFailed if the header is not acceptable. Nothing in it is to be trusted yet.
    """
    return str(_read_header(_segments(token)[0])["kid"])


class SignedJws(msgspec.Struct, frozen=True, gc=False):
    """A JWS in which all is as it should be but for its signature, at which nobody has looked."""

    _header: Mapping[str, Any]
    _payload: bytes
    _key: PublicKey
    _signed: bytes
    _signature: bytes

    def verified(self) -> VerifiedJws:
        """What it says. Raises VerificationFailed if its signature does not hold."""
        self._key.verify(self._signed, self._signature)
        return VerifiedJws(self._header, self._payload, self._key)


def verify_jws(token: str, find_key: FindKey, *, typ: str | Collection[str | None]) -> VerifiedJws:
    """Header and payload of `token`, if it was signed by the key that `find_key` gives for its kid.

    `typ`: the type, or several to choose from, where None is a header that names none.
    `find_key` gets the kid and raises VerificationFailed for one it does not know. Raises
    VerificationFailed for everything else as well: another `typ`, an `alg` that is not the key's
    (`none` among them), header members that bring keys or change the rules (RFC 8725, section 3),
    members given twice, text that is not canonical base64url, and signatures that do not hold.
    """
    return read_jws(token, find_key, typ=typ).verified()


def read_jws(token: str, find_key: FindKey, *, typ: str | Collection[str | None]) -> SignedJws:
    """As `verify_jws`, up to the signature: for whoever verifies many together, which is quicker."""
    header_segment, payload_segment, signature_segment = _segments(token)
    header = _read_header(header_segment)
    types = (typ,) if isinstance(typ, str) else typ
    if not _is_one_of(types, header.get("typ")):
        raise VerificationFailed(
            f"the JWS has typ {header.get('typ')!r} where {' or '.join(map(repr, types))} is needed"
        )
    payload = base64url.decode(payload_segment, "JWS payload")
    signature = base64url.decode(signature_segment, "JWS signature")
    key = find_key(header["kid"])
    accepted = _ACCEPTED_ALG[key.algorithm]
    if header.get("alg") not in accepted:
        raise VerificationFailed(
            f"the JWS has alg {header.get('alg')!r}; the key it names is for {accepted[0]}"
        )
    signed = token[: -len(signature_segment) - 1].encode("ascii")
    return SignedJws(header, payload, key, signed, signature)


def parse_json_object(text: bytes, what: str) -> dict[str, Any]:
    """A JSON object read strictly: UTF-8, no member twice, no NaN. Raises VerificationFailed."""
    plain = _read_plainly(text)
    if plain is not None:
        return plain
    try:
        value = json.loads(
            text.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constants
        )
    except (ValueError, RecursionError) as error:
        raise VerificationFailed(f"the {what} is not strict JSON") from error
    if not isinstance(value, dict):
        raise VerificationFailed(f"the {what} must be a JSON object")
    return value


def _read_plainly(text: bytes) -> dict[str, Any] | None:
    """The object, if its text is the very one that is written for it: then no member occurs twice, and nothing in it
    can be read in two ways. So is most of what is signed here, and it takes a tenth of the time."""
    try:
        value = msgspec.json.decode(text)
        plain = isinstance(value, dict) and msgspec.json.encode(value) == text
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return value if plain else None


def _segments(token: str) -> tuple[str, str, str]:
    if not isinstance(token, str) or len(token) > MAX_TOKEN_BYTES:
        raise VerificationFailed(f"a compact JWS is text of at most {MAX_TOKEN_BYTES} characters")
    parts = token.split(".", 3)
    if len(parts) != 3:
        raise VerificationFailed("a compact JWS has exactly three parts with a dot between them")
    return parts[0], parts[1], parts[2]


# one a key and kind of token, again and again; whoever is given it only reads
@lru_cache(maxsize=64)
def _read_header(segment: str) -> Mapping[str, Any]:
    if len(segment) > MAX_HEADER_CHARS:
        raise VerificationFailed(f"the JWS header is longer than {MAX_HEADER_CHARS} characters")
    header = parse_json_object(base64url.decode(segment, "JWS header"), "JWS header")
    for name in _REFUSED_MEMBERS:
        if name in header:
            raise VerificationFailed(f"the JWS header member {name!r} is not accepted")
    if not isinstance(header.get("kid"), str):
        raise VerificationFailed("the JWS header must name its key in kid")
    return MappingProxyType(header)


def _is_one_of(types: Collection[str | None], value: object) -> bool:
    if not isinstance(value, str):
        return value is None and None in types
    if value in types:
        return True
    return _media_type(value) in [_media_type(each) for each in types if each is not None]


def _media_type(value: str) -> str:
    # RFC 7515, section 4.1.9: "application/" may be left out; media types ignore case.
    return value.lower().removeprefix("application/")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
