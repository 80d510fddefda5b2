"""The events of an export, line by line, each held against the leaf that the log has at its place.

An event whose leaf is there is what the log committed to, at that place and time. docs/formats.md, "Export" and
"Log entry".
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO, Final, Literal

import msgspec

from registry.domain.event_body import AnyEvent, Sequenced, decode_body, event_type
from registry.domain.events import RightsholderRegistered
from registry.domain.record import read_record
from registry.errors import InvalidInput, RegistryError, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing import base64url
from registry.signing.content_digest import content_digest
from registry.tlog.entry import blind, entry_bytes
from registry.tlog.merkle import HASH_SIZE, leaf_hash

EVENTS: Final = "data/log/events.jsonl"
RECORDS: Final = ("declaration.issued", "withdrawal.issued")
_LONGEST_LINE: Final = 24 * 1024 * 1024


class LogEvent(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A line. Either `body` is there, or `digest`, `withheld` and `remains` in its place; `erased_by`: the index of the
    event that erased it."""

    index: int
    id: str
    type: str
    time: str
    body: str | None = None
    digest: str | None = None
    withheld: Literal["scope", "erased"] | None = None
    remains: dict[str, Any] | None = None
    erased_by: int | None = None

    @property
    def at(self) -> int:
        """Its time in ms. Raises: VerificationFailed."""
        try:
            return _ms(self.time)
        except InvalidInput as error:
            raise _wrong(self.index, f"has no time ({error.message})") from error

    @property
    def body_digest(self) -> str:
        """`sha-256=:…:` of its body."""
        if self.body is None:
            return str(self.digest)
        return content_digest(self.body.encode())

    def leaf(self, digest: str) -> bytes:
        """The leaf hash that the log has of it, if it is what the log committed to. `digest`: its `body_digest`."""
        return leaf_hash(entry_bytes(self.type, blind(self.id), digest, self.time))

    def sequenced(self) -> Sequenced:
        """The event itself with its place, to be folded. Raises: VerificationFailed where it is none."""
        digest = base64_digest(self.body_digest)
        try:
            event = self._event()
        except (ValueError, TypeError, LookupError, msgspec.MsgspecError, RegistryError) as error:
            raise _wrong(self.index, f"cannot be read ({error})") from error
        if event_type(event) != self.type:
            raise _wrong(self.index, f"is logged as {self.type}, and is {event_type(event)}")
        return Sequenced(self.index, self.at, digest, event)

    def remaining(self) -> bytes:
        """What stands in the place of its body, as it was kept."""
        return _encode(self.remains)

    def check_withheld(self, *, scoped: bool) -> None:
        """What stands for a body that is withheld: of a scope, nothing but who somebody is, without the name.

        Raises: VerificationFailed (`event`).
        """
        event = self.sequenced().event
        if self.withheld == "scope" and not (
            scoped and isinstance(event, RightsholderRegistered) and event.name == ""
        ):
            raise _wrong(self.index, "is withheld, and is nobody's name outside of a scope")

    def _event(self) -> AnyEvent:
        if self.body is None:
            return decode_body(_encode(self.remains))
        if self.type not in RECORDS:
            return decode_body(self.body.encode())
        payload = base64url.decode(self.body.split(".")[1], "record")
        return read_record(msgspec.json.decode(payload))


def base64_digest(text: str) -> bytes:
    """The bytes of `sha-256=:…:`. Raises: VerificationFailed."""
    try:
        return msgspec.convert(text.removeprefix("sha-256=:").removesuffix(":"), bytes)
    except msgspec.ValidationError as error:
        raise VerificationFailed(f"{text[:60]!r} is no digest") from error


# all events of a transaction have one time
_ms = lru_cache(maxsize=64)(parse_rfc3339)
_decode = msgspec.json.Decoder(LogEvent).decode
_encode = msgspec.json.Encoder().encode


def read_events(lines: BinaryIO) -> Iterator[LogEvent]:
    """The events in the order of the file, not yet held against anything.

    Raises: VerificationFailed (`event`) for a line that is no event, or not written as the format says.
    """
    number = 0
    while line := lines.readline(_LONGEST_LINE):
        number += 1
        try:
            event = _decode(line)
        except (msgspec.MsgspecError, ValueError) as error:
            raise VerificationFailed(
                f"line {number} of {EVENTS} is no event ({error})", field=EVENTS, code="event"
            ) from error
        withheld = (event.digest, event.withheld, event.remains)
        if (event.body is None) is (None in withheld) or (event.body is not None and any(withheld)):
            raise _wrong(event.index, "has to have a body, or all that stands in its place")
        if (event.withheld == "erased") is (event.erased_by is None):
            raise _wrong(
                event.index, "does not say by which event it was erased, or was not erased"
            )
        if _encode(event) + b"\n" != line:  # one spelling: nothing said twice
            raise VerificationFailed(
                f"line {number} of {EVENTS} is not written as the format says",
                field=EVENTS,
                code="event",
            )
        yield event


def logged_events(
    lines: BinaryIO, leaves: BinaryIO, *, whole: bool
) -> Iterator[tuple[LogEvent, str]]:
    """The events with the digests of their bodies, each proved by its leaf, in order and of times that never fall.
    `whole`: none may be missing.

    Raises: VerificationFailed (`event`) naming the first that is not what the log committed to.
    """
    following, last = 0, ""
    for event in read_events(lines):
        if event.index < following:
            raise _wrong(event.index, "is out of order, or there twice")
        if whole and event.index > following:
            raise _wrong(following, "is missing, and this export says that it has every event")
        skipped = (event.index - following) * HASH_SIZE
        while skipped:
            part = leaves.read(min(skipped, 1 << 20))
            if not part:
                raise _wrong(event.index, "lies beyond the end of the log")
            skipped -= len(part)
        digest = event.body_digest
        if leaves.read(HASH_SIZE) != event.leaf(digest):
            raise _wrong(
                event.index,
                f"({event.type[:40]}, {event.id[:40]}) is not what the log committed to at this place: its id, type, "
                "time or body was changed, or it stands in another's place",
            )
        if event.time < last:
            raise _wrong(event.index, "is earlier than the one before it: it was backdated")
        following, last = event.index + 1, event.time
        yield event, digest
    if whole and leaves.read(1):
        raise _wrong(following, "is missing, and this export says that it has every event")


def _wrong(index: int, words: str) -> VerificationFailed:
    return VerificationFailed(f"event {index} {words}", field=f"event {index}", code="event")
