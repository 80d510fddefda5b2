"""What one entry of the log commits to: that a record with this digest was accepted at this time.

The entry is a commitment, not content: one line of JSON with fixed members in fixed order, no
spaces, printable ASCII and nothing that JSON would escape, so that any language writes the same
bytes without a canonicaliser. The digest is written as in RFC 9530 (`sha-256=:…:`), the time as
in RFC 3339.
"""

import hashlib
import re
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from registry.errors import InvalidInput, VerificationFailed
from registry.tlog.canonical import base64_text, from_base64

DIGEST_SIZE = 32
MAX_TEXT = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LATEST = (datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC) - _EPOCH) // _MILLISECOND

URLSAFE = bytes.maketrans(b"+/", b"-_")
"""Base64's two characters → base64url's."""
# Printable ASCII but for space, quotation mark and backslash.
_PLAIN = re.compile(r"[!#-\[\]-~]+", re.ASCII)
_ENTRY = re.compile(
    r'\{"v":1,"type":"(?P<type>[!#-\[\]-~]+)","id":"(?P<id>[!#-\[\]-~]+)",'
    r'"digest":"sha-256=:(?P<digest>[A-Za-z0-9+/=]{44}):",'
    r'"time":"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3})Z"\}',
    re.ASCII,
)


def blind(id: str) -> str:
    """How an id stands in the public log: its SHA-256 as base64url, 43 characters.

    Who holds the id finds the entry; who reads the log finds no ids, and so no list of what is registered.
    """
    digest = hashlib.sha256(id.encode()).digest()
    return b2a_base64(digest, newline=False)[:43].translate(URLSAFE).decode("ascii")


def entry_bytes(type: str, id: str, digest: str, time: str) -> bytes:
    """The bytes whose leaf hash the log holds; `id` blinded, `digest` as `sha-256=:…:`. Nothing is checked."""
    return f'{{"v":1,"type":"{type}","id":"{id}","digest":"{digest}","time":"{time}"}}'.encode()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commitment: the kind of record, its id, the SHA-256 of its stored bytes, and when.

    `digest` is 32 bytes, `at` milliseconds since 1970-01-01T00:00:00Z without leap seconds.
    `type` and `id` are printable ASCII without space, `"` or `\\`, 1 to 1,024 characters.
    Raises InvalidInput, with `field` set, for values that cannot be encoded.
    """

    type: str
    id: str
    digest: bytes
    at: int

    def __post_init__(self) -> None:
        for field, text in (("type", self.type), ("id", self.id)):
            if len(text) > MAX_TEXT or _PLAIN.fullmatch(text) is None:
                raise InvalidInput(
                    f"A log entry's {field} is 1 to {MAX_TEXT} printable ASCII characters without "
                    f"space, quotation mark or backslash, not {text[:80]!r}.",
                    field=field,
                )
        if len(self.digest) != DIGEST_SIZE:
            raise InvalidInput(
                f"A log entry's digest is a SHA-256 of {DIGEST_SIZE} bytes, "
                f"not {len(self.digest)}.",
                field="digest",
            )
        if not 0 <= self.at <= _LATEST:
            raise InvalidInput(
                f"A log entry's time is in milliseconds from 1970 to 9999, not {self.at}.",
                field="at",
            )

    def encode(self) -> bytes:
        """The bytes whose leaf hash the log holds."""
        digest = f"sha-256=:{base64_text(self.digest)}:"
        return entry_bytes(self.type, self.id, digest, f"{_time(self.at)}Z")

    @staticmethod
    def decode(data: bytes) -> "LogEntry":
        """Read an entry. Raises VerificationFailed unless encoding it again gives `data`."""
        try:
            found = _ENTRY.fullmatch(data.decode("ascii"))
            if found is None:
                raise VerificationFailed(
                    "Not a log entry of version 1: members, order or spelling differ."
                )
            time = datetime.fromisoformat(found["time"]).replace(tzinfo=UTC)
            entry = LogEntry(
                type=found["type"],
                id=found["id"],
                digest=from_base64(found["digest"], "the digest"),
                at=(time - _EPOCH) // _MILLISECOND,
            )
        except (ValueError, InvalidInput) as error:
            raise VerificationFailed(f"Not a log entry: {error}") from error
        # Some Pythons read 24:00 as the next midnight: what counts is that the bytes come out again.
        if entry.encode() != data:
            raise VerificationFailed("The log entry is not written in its canonical form.")
        return entry


# all entries of a transaction have one time
@lru_cache(maxsize=64)
def _time(at: int) -> str:
    moment = (_EPOCH + at * _MILLISECOND).replace(tzinfo=None)
    return moment.isoformat("T", "milliseconds")
