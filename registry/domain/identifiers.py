"""Asset identifiers, `scheme:value`: one canonical spelling for each, and its lookup key.

The same code canonicalises on write, on read and in the client. Source: `answers.md`, "Canonical
forms"; each scheme's standard is named where it is parsed (`identifier_codes`, `identifier_digests`,
`urls`). Every rule in words: `docs/canonical-forms.md`; vectors: `vectors/canonical_forms.json`.
"""

import hashlib
import re
from collections.abc import Callable
from typing import NoReturn

import msgspec

from registry.domain import identifier_codes as codes
from registry.domain import identifier_digests as digests
from registry.domain.locations import covering_keys
from registry.domain.urls import MAX_URL_BYTES, canonical_url, plain_forms
from registry.errors import InvalidIdentifier

CANONICAL_FORM_VERSION = "1"

_CANONICAL_ISRC = re.compile(r"isrc:([A-Z]{2}[A-Z0-9]{3}[0-9]{7})")
_CANONICAL_DIGEST = re.compile(r"(sha256|blake3):([0-9a-f]{64})|(sha512):([0-9a-f]{128})")
_URL = re.compile(r"[ \t\r\n]*(?:url:[ \t]*)?(https?:)", re.IGNORECASE)
_DOI_URL = re.compile(
    r"https?:/{2,}(?:(?:www|dx)\.)?doi\.org(?::(?:80|443))?/+(10(?:\.|%2e)[0-9][^?#]*)",
    re.IGNORECASE,
)
_SPOTIFY = re.compile(r"spotify:(track|album|artist|playlist|episode|show):([A-Za-z0-9]{22})")
_SCHEME = re.compile(r"(?:[Uu][Rr][Nn]:)?([A-Za-z][A-Za-z0-9+._-]*)[ \t]*:(.*)", re.DOTALL)


class Identifier(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An asset identifier in canonical form.

    `value` is canonical, for a URL its exact form; `wide` is a URL's wide form and equals `value`
    for every other scheme; `warnings` are words for people and no part of the identity.
    """

    scheme: str
    value: str
    wide: str
    warnings: tuple[str, ...] = ()
    _wide_key: bytes | None = None
    """Kept once it was asked for, as is `_location_keys`: each step of a question asks again."""
    _location_keys: tuple[tuple[bytes, bool], ...] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Identifier):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[str, str, str]:
        return self.scheme, self.value, self.wide

    def __str__(self) -> str:
        return self.value if self.scheme == "url" else f"{self.scheme}:{self.value}"

    @property
    def key(self) -> bytes:
        """The lookup key by which permissions match: SHA-256(scheme ":" value), 32 bytes."""
        return lookup_key(f"{self.scheme}:{self.value}")

    @property
    def wide_key(self) -> bytes:
        """The lookup key by which restrictions match: SHA-256(scheme ":" wide), 32 bytes."""
        key = self._wide_key
        if key is None:
            key = lookup_key(f"{self.scheme}:{self.wide}")
            msgspec.structs.force_setattr(self, "_wide_key", key)
        return key

    @property
    def location_keys(self) -> tuple[tuple[bytes, bool], ...]:
        """(location key, found by a parent host?) of every location that could cover it; none for what is no URL."""
        keys = self._location_keys
        if keys is None:
            keys = covering_keys(self.wide) if self.scheme == "url" else ()
            msgspec.structs.force_setattr(self, "_location_keys", keys)
        return keys


def lookup_key(text: str) -> bytes:
    """The lookup key of `scheme:form`: its SHA-256, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


_Parser = Callable[[str], codes.Parsed]
_PARSERS: dict[str, _Parser] = {
    "isrc": codes.parse_isrc,
    "iswc": codes.parse_iswc,
    "upc": codes.parse_gtin,
    "isbn": codes.parse_isbn,
    "issn": codes.parse_issn,
    "ismn": codes.parse_ismn,
    "isan": codes.parse_isan,
    "grid": codes.parse_grid,
    "doi": codes.parse_doi,
    "iscc": digests.parse_iscc,
    "sha256": digests.parse_sha256,
    "sha512": digests.parse_sha512,
    "blake3": digests.parse_blake3,
}
_OTHER_NAMES: dict[str, _Parser] = {
    "ean": codes.parse_gtin,
    "gtin": codes.parse_gtin,
    "sha-256": digests.parse_sha256,
    "sha-512": digests.parse_sha512,
    "multihash": digests.parse_multihash,
    "ni": digests.parse_named_information,
}
_BY_NAME = _PARSERS | _OTHER_NAMES

#: The canonical schemes, as they stand in `Identifier.scheme`.
SCHEMES: tuple[str, ...] = ("url", *_PARSERS)


def parse_identifier(text: str) -> Identifier:
    """The identifier that a text names: a bare http(s) URL, or `scheme:value`.

    Raises InvalidIdentifier; its `code` is the reason in machine-readable form, its message says
    what is wrong and what would be right.
    """
    match = _CANONICAL_ISRC.fullmatch(text)
    if match is not None:
        value = match[1]
        return Identifier("isrc", value, value, codes.isrc_warnings(value))
    if len(text) > MAX_URL_BYTES:
        _refuse_length(text)
    match = _URL.match(text)
    if match is not None:
        return _parse_url(text[match.start(1) :])
    match = _CANONICAL_DIGEST.fullmatch(text)
    if match is not None:
        scheme, value = match[1] or match[3], match[2] or match[4]
        return Identifier(scheme, value, value)
    return _parse_other(text)


def _refuse_length(text: str) -> NoReturn:
    is_url = _URL.match(text[:64]) is not None
    raise InvalidIdentifier(
        f"This identifier is longer than {MAX_URL_BYTES} characters; give the work's own address.",
        code="url-too-long" if is_url else "too-long",
    )


def _parse_url(text: str) -> Identifier:
    match = _DOI_URL.match(text)
    if match is not None:
        return Identifier(*codes.parse_doi_path(match[1]))
    forms = plain_forms(text)
    if forms is None:
        url = canonical_url(text)
        forms = url.exact, url.wide
    exact, wide = forms
    if "doi.org/" in exact:  # another spelling of the same address
        match = _DOI_URL.match(exact)
    if match is not None:
        return Identifier(*codes.parse_doi_path(match[1]))
    return Identifier("url", exact, wide)


def _parse_other(text: str) -> Identifier:
    text = text.strip(" \t\r\n")
    structured = digests.parse_digest_field(text)
    if structured is not None:
        return Identifier(*structured)
    match = _SPOTIFY.fullmatch(text)
    if match is not None:
        return _parse_url(f"https://open.spotify.com/{match[1]}/{match[2]}")
    match = _SCHEME.fullmatch(text)
    if match is None:
        raise InvalidIdentifier(
            "An identifier is written scheme:value, such as isrc:GBAYE0601498, or is a URL that "
            "begins with https://.",
            code="no-scheme",
        )
    scheme = match[1].lower()
    parser = _BY_NAME.get(scheme)
    if parser is None:
        if scheme == "url":
            canonical_url(match[2])  # raises: it would have begun with http(s)
        raise InvalidIdentifier(
            f"{scheme[:40]} is not a scheme that is known here; known are {', '.join(SCHEMES)}.",
            code="unknown-scheme",
        )
    return Identifier(*parser(match[2].strip(" \t")))
