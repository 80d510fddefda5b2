"""Identifiers computed from the bytes of a work: cryptographic digests and ISCCs.

Digests are read as hexadecimal, base64, multibase and multihash (multiformats), RFC 9530 fields and
RFC 6920 names, and kept as lower-case hexadecimal. ISCC: ISO 24138:2024, header tables as published
with iscc-core 1.3. No digest is computed here.
"""

import base64
import binascii
import re

from registry.domain.identifier_codes import Parsed, _printable_ascii, _refuse

_BYTES = {"sha256": 32, "sha512": 64, "blake3": 32}
# multicodec: sha2-256 0x12, sha2-512 0x13, blake3 0x1e; each fits one byte, as does each length
_MULTIHASH = {0x12: "sha256", 0x13: "sha512", 0x1E: "blake3"}
_FIELD_NAMES = {"sha-256": "sha256", "sha-512": "sha512"}

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_FIELD = re.compile(r"(sha-256|sha-512)\s*=\s*:([A-Za-z0-9+/=]+):", re.IGNORECASE)
_INTEGRITY = re.compile(r"(sha256|sha512)-([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
_NAMED = re.compile(r"//[^/;?]*/(sha-256|sha-512);([A-Za-z0-9_-]+)")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_VALUES = {char: value for value, char in enumerate(_BASE58)}
_LONGEST = 200  # characters of any spelling of a 64-byte digest

_ISCC = re.compile(r"[A-Z2-7]{10,68}")
_ISCC_UNITS = {0: 0, 1: 4, 2: 4, 3: 0, 4: 0}  # main type: highest subtype (META … INSTANCE)


def _no_digest(name: str) -> str:
    length = 2 * _BYTES[name]
    return (
        f"This is no {name} digest: write its {length} hexadecimal digits, or its {_BYTES[name]} "
        "bytes in base64 or multibase."
    )


def _base64(text: str, name: str) -> bytes:
    """Base64 in either alphabet, with or without padding; stray bits at the end are refused."""
    body = text.rstrip("=")
    padded = body + "=" * (-len(body) % 4)
    both_alphabets = set(body) & set("+/") and set(body) & set("-_")
    if text not in (body, padded) or both_alphabets:
        _refuse("format", _no_digest(name))
    standard = padded.replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(standard, validate=True)
    except (binascii.Error, ValueError):
        _refuse("format", _no_digest(name))
    if base64.b64encode(raw).decode() != standard:
        _refuse("format", _no_digest(name))
    return raw


def _base32(text: str, name: str) -> bytes:
    """Base32 without padding; stray bits at the end are refused."""
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        _refuse("format", _no_digest(name))
    if base64.b32encode(raw).decode().rstrip("=") != text:
        _refuse("format", _no_digest(name))
    return raw


def _base58(text: str, name: str) -> bytes:
    number = 0
    for char in text:
        if char not in _BASE58_VALUES:
            _refuse("format", _no_digest(name))
        number = number * 58 + _BASE58_VALUES[char]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _multibase(text: str, name: str) -> bytes:
    """The bytes of a multibase text: base16, base32, base58btc, base64 and their variants."""
    kind, body = text[:1], text[1:]
    if kind in ("f", "F") and _HEX.fullmatch(body):
        return bytes.fromhex(body)
    if kind in ("b", "B"):
        return _base32(body.upper(), name)
    if kind == "z":
        return _base58(body, name)
    if kind not in ("m", "u", "M", "U"):
        _refuse("format", _no_digest(name))
    return _base64(body, name)


def _digest(scheme: str, raw: bytes) -> Parsed:
    if len(raw) != _BYTES[scheme]:
        _refuse("length", f"A {scheme} digest has {_BYTES[scheme]} bytes; this has {len(raw)}.")
    value = raw.hex()
    return scheme, value, value, ()


def _from_multihash(raw: bytes) -> Parsed | None:
    if len(raw) > 2 and raw[0] in _MULTIHASH and raw[1] == len(raw) - 2:
        scheme = _MULTIHASH[raw[0]]
        if raw[1] == _BYTES[scheme]:
            return _digest(scheme, raw[2:])
    return None


def _parse(scheme: str, text: str) -> Parsed:
    _printable_ascii(text, f"{scheme} digest", "sha256:e3b0c442…")
    size = _BYTES[scheme]
    if len(text) > _LONGEST:
        _refuse("length", _no_digest(scheme))
    if _HEX.fullmatch(text):
        return _digest(scheme, bytes.fromhex(text))
    field = text.removeprefix("=") if text.startswith("=:") else text
    if len(field) > 2 and field[0] == field[-1] == ":":
        return _digest(scheme, _base64(field[1:-1], scheme))
    unpadded = -(-size * 8 // 6)
    if len(text.rstrip("=")) == unpadded and (len(text) == unpadded or len(text) % 4 == 0):
        return _digest(scheme, _base64(text, scheme))
    raw = _multibase(text, scheme)
    multihash = _from_multihash(raw)
    if multihash is not None and len(raw) != size:
        if multihash[0] != scheme:
            _refuse("format", f"This multihash holds a {multihash[0]} digest, not a {scheme} one.")
        return multihash
    return _digest(scheme, raw)


def parse_sha256(text: str) -> Parsed:
    """SHA-256: 64 hexadecimal digits, lower case."""
    return _parse("sha256", text)


def parse_sha512(text: str) -> Parsed:
    """SHA-512: 128 hexadecimal digits, lower case."""
    return _parse("sha512", text)


def parse_blake3(text: str) -> Parsed:
    """BLAKE3 with its 256-bit output: 64 hexadecimal digits, lower case."""
    return _parse("blake3", text)


def parse_multihash(text: str) -> Parsed:
    """A multihash in multibase, which names its own algorithm."""
    _printable_ascii(text, "multihash", "multihash:f1220e3b0…")
    if len(text) > _LONGEST:
        _refuse("length", "This multihash is too long.")
    parsed = _from_multihash(_multibase(text, "sha256"))
    if parsed is None:
        _refuse(
            "format",
            "A multihash here is multibase and holds a whole sha2-256, sha2-512 or blake3 digest.",
        )
    return parsed


def parse_named_information(text: str) -> Parsed:
    """`ni:///sha-256;…`: RFC 6920 section 3, whose authority says where, not what."""
    match = _NAMED.fullmatch(text)
    if match is None or len(match[2]) > _LONGEST:
        _refuse(
            "format", "A name of RFC 6920 looks like ni:///sha-256; and the digest in base64url."
        )
    scheme = _FIELD_NAMES[match[1]]
    return _digest(scheme, _base64(match[2], scheme))


def parse_digest_field(text: str) -> Parsed | None:
    """`sha-256=:…:` (RFC 9530 section 2) or `sha256-…` (Subresource Integrity), else None."""
    if len(text) > _LONGEST:
        return None
    match = _FIELD.fullmatch(text)
    if match is not None:
        scheme = _FIELD_NAMES[match[1].lower()]
        return _digest(scheme, _base64(match[2], scheme))
    match = _INTEGRITY.fullmatch(text)
    if match is not None:
        scheme = match[1].lower()
        return _digest(scheme, _base64(match[2], scheme))
    return None


def parse_iscc(text: str) -> Parsed:
    """ISCC: base32 in upper case, without hyphens, padding and `ISCC:` before it (ISO 24138)."""
    _printable_ascii(text, "ISCC", "ISCC:AAA6HMGEIKMPYHAU")
    value = text.replace("-", "").replace(" ", "").upper()
    value = value.removeprefix("ISCC:")
    if not _ISCC.fullmatch(value):
        _refuse(
            "format", "An ISCC is 10 to 68 letters A-Z and digits 2-7, such as AAA6HMGEIKMPYHAU."
        )
    try:
        raw = base64.b32decode(value + "=" * (-len(value) % 8))
    except (binascii.Error, ValueError):
        _refuse("format", "This ISCC has a length that base32 cannot have: a character is missing.")
    if base64.b32encode(raw).decode().rstrip("=") != value:
        _refuse("format", "This ISCC ends in stray bits: its last character is mistyped.")
    _check_iscc_header(raw)
    return "iscc", value, value, ()


def _check_iscc_header(raw: bytes) -> None:
    """Main type, subtype, version and length, each a nibble in every ISCC defined so far."""
    main, sub, version, length = raw[0] >> 4, raw[0] & 15, raw[1] >> 4, raw[1] & 15
    highest_version = 1 if main == 6 else 0
    if main in _ISCC_UNITS:
        known, body = sub <= _ISCC_UNITS[main], 4 * (length + 1)
        known = known and length <= 7
    elif main == 5:
        wide = sub == 7
        known, body = sub <= 7 and (length <= 7), 32 if wide else 8 * (2 + (length & 7).bit_count())
        known = known and not (wide and length)
    elif main == 6:
        known, body = sub <= (3 if version == 0 else 1) and length <= 4, 8 + length
    else:
        known, body = False, 0
    if not known or version > highest_version:
        _refuse(
            "format",
            f"This ISCC's header (main type {main}, subtype {sub}, version {version}, length "
            f"{length}) is not one that ISO 24138 defines.",
        )
    if len(raw) - 2 != body:
        _refuse(
            "length",
            f"This ISCC's header announces {body} bytes and {len(raw) - 2} follow: it is cut off or "
            "too long.",
        )
