"""A consent record's own words, typed: read once, and only as far as something is held against them.

docs/formats.md, "Consent record". Nearly all are spelt as the registry spells them, and a text that comes out again
byte for byte when its members are written can be read in one way only. Such a record is judged by its types; any other
by `registry.signing.credential`, member by member.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from registry.signing.credential import (
    CREDENTIALS_V2,
    RECORD_TYPE,
    UNDEFINED_TERMS_V2,
    credential_in,
    is_absolute,
    is_date_time,
)
from registry.signing.declarant import verify_declarant
from registry.signing.jws import VerifiedJws

_CONTEXT: Final = [CREDENTIALS_V2, UNDEFINED_TERMS_V2]
_TYPES: Final = ["VerifiableCredential", RECORD_TYPE]
# 16 bytes in base64url: of the last character only two bits say something
_SALT: Final = re.compile("[A-Za-z0-9_-]{21}[AQgw]")


class _Words(msgspec.Struct, rename="camel", gc=False):
    """What some records have and some have not is UNSET where it is not there, and is left out again."""


class Party(_Words):
    """A rightsholder or a platform."""

    id: str
    name: str | None


class About(_Words):
    """The subject as it was then."""

    kind: str
    id: str
    work_kind: str | UnsetType = UNSET
    title: str | UnsetType | None = UNSET
    identifiers: list[str] | UnsetType = UNSET
    url: str | UnsetType | None = UNSET
    subdomains: bool | UnsetType = UNSET


class Preference(_Words):
    """One statement."""

    usage: str
    preference: str
    valid_from: str | None
    valid_until: str | None
    takes_effect_at: str | None
    conditions: dict[str, str] | None
    reach: int | UnsetType | None = UNSET


class End(_Words):
    """One statement that a withdrawal ends."""

    usage: str
    takes_effect_at: str | None


class Subject(_Words, kw_only=True):
    """What is declared, or withdrawn."""

    type: str
    withdrawal: str | UnsetType = UNSET
    declaration: str
    subject: About
    rightsholder: Party
    grantee: Party | UnsetType | None = UNSET
    confirmed: bool | UnsetType = UNSET
    preferences: list[Preference] | UnsetType = UNSET
    ends: list[End] | UnsetType = UNSET


class Place(_Words, kw_only=True):
    """Its place in a status list."""

    id: str | UnsetType = UNSET
    type: Literal["BitstringStatusListEntry"]
    status_purpose: str | UnsetType = UNSET
    status_list_index: str
    status_list_credential: str


class _Notice(_Words):
    version: str
    language: str


class Happened(_Words):
    """When, and whether given or withdrawn."""

    time: str
    state: str


class Header(_Words, kw_only=True):
    """What ISO/IEC TS 27560 asks for."""

    record_id: str
    schema_version: str
    notice: _Notice | UnsetType = UNSET
    event: Happened
    withdrawal_method: str
    recipients: list[str] | UnsetType = UNSET
    jurisdictions: list[str] | UnsetType = UNSET


class _ClaimAssurance(_Words):
    type: Literal["ClaimAssurance"]
    claim: str
    role: str
    assurance: dict[str, str]


class ConsentRecord(_Words, kw_only=True):
    """The credential."""

    context: list[str] = msgspec.field(name="@context")
    id: str
    type: list[str]
    issuer: str
    valid_from: str
    valid_until: str | UnsetType = UNSET
    credential_subject: Subject
    credential_status: Place
    consent_record: Header
    salt: str
    evidence: list[_ClaimAssurance] | UnsetType = UNSET


_decode = msgspec.json.Decoder(ConsentRecord).decode
_encode = msgspec.json.Encoder().encode


def record_in(verified: VerifiedJws) -> ConsentRecord:
    """The record inside a JWS whose signature holds; the declarant's own holds too, where there is one.

    Raises: VerificationFailed, and msgspec.ValidationError for a credential of another kind.
    """
    record = read_plainly(verified.payload)
    if record is not None and _holds(record, verified.header):
        return record
    credential = credential_in(verified)
    verify_declarant(credential)
    return msgspec.convert({**credential, "evidence": []}, ConsentRecord)


def read_plainly(payload: bytes) -> ConsentRecord | None:
    """The record, if its text is the very one that is written for it. Then nothing but claims is its evidence."""
    try:
        record = _decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return record if _encode(record) == payload else None


def _holds(record: ConsentRecord, header: Mapping[str, Any]) -> bool:
    """Is it all that `credential_in` asks for, apart from what its types say?"""
    time = record.consent_record.event.time
    return (
        record.context == _CONTEXT
        and record.type == _TYPES
        and record.issuer != ""
        and header["kid"].startswith(f"{record.issuer}#")
        and header.get("cty", "vc") == "vc"
        and is_absolute(record.id)
        and _is_date_time(time)
        and (record.valid_from == time or _is_date_time(record.valid_from))
        and (record.valid_until is UNSET or _is_date_time(record.valid_until))
        and _SALT.fullmatch(record.salt) is not None
    )


# most times of a record are one
_is_date_time = lru_cache(maxsize=64)(is_date_time)
