"""The events of an export, line by line, each held against the leaf that the log has at its place.

An event whose leaf is there is what the log committed to, at that place and time. docs/formats.md, "Export" and
"Log entry".
"""

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, BinaryIO, Final, Literal

import msgspec

from registry.domain.erasure import is_what_remains
from registry.domain.event_body import AnyEvent, Sequenced, decode_body, event_type
from registry.domain.events import RightsholderRegistered
from registry.domain.record import read_record
from registry.errors import InvalidInput, RegistryError, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing import base64url
from registry.signing.content_digest import content_digest
from registry.tlog.many_leaves import digest_texts, leaf_hashes
from registry.tlog.merkle import HASH_SIZE

EVENTS: Final = "data/log/events.jsonl"
RECORDS: Final = ("declaration.issued", "withdrawal.issued")
_LONGEST_LINE: Final = 24 * 1024 * 1024
_PART: Final = 64 * 1024
"""Bytes of events that are read at once: what a processor keeps at hand."""


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

    def ill_formed(self) -> str | None:
        """What does not go together in it."""
        instead = self.digest, self.withheld, self.remains
        if (None in instead) if self.body is None else (instead != (None, None, None)):
            return "has to have a body, or all that stands in its place"
        if (self.withheld == "erased") is (self.erased_by is None):
            return "does not say by which event it was erased, or was not erased"
        return None

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
        return _writer.encode(self.remains)

    def check_withheld(self, *, scoped: bool) -> None:
        """What stands for a body that is withheld: of a scope, nothing but who somebody is, without the name; of what
        was erased, what the registry leaves of such an event. A body that nobody erases cannot be replaced that way.

        Raises: VerificationFailed (`event`).
        """
        event = self.sequenced().event
        if self.withheld == "scope" and not (
            scoped and isinstance(event, RightsholderRegistered) and event.name == ""
        ):
            raise _wrong(self.index, "is withheld, and is nobody's name outside of a scope")
        if self.withheld == "erased" and not is_what_remains(event):
            raise _wrong(
                self.index, "is said to be erased, and what stands there is not what is left then"
            )

    def _event(self) -> AnyEvent:
        if self.body is None:
            return decode_body(_writer.encode(self.remains))
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
_reader = msgspec.json.Decoder(LogEvent)
_writer = msgspec.json.Encoder()


def read_events(lines: BinaryIO) -> Iterator[LogEvent]:
    """The events in the order of the file, not yet held against anything.

    Raises: VerificationFailed (`event`) for a line that is no event, or not written as the format says.
    """
    for events, wrong in _parts(lines):
        yield from events
        if wrong is not None:
            raise wrong


def logged_events(
    lines: BinaryIO, leaves: BinaryIO, *, whole: bool
) -> Iterator[tuple[LogEvent, str]]:
    """The events with the digests of their bodies, each proved by its leaf, in order and of times that never fall.
    `whole`: none may be missing.

    Raises: VerificationFailed (`event`) naming the first that is not what the log committed to.
    """
    following, last = 0, ""
    for events, wrong in _parts(lines):
        digests = _digests(events)
        hashes = leaf_hashes(
            [event.type for event in events],
            [event.id for event in events],
            digests,
            [event.time for event in events],
        )
        for event, digest, leaf in zip(events, digests, hashes, strict=True):
            index = event.index
            if index != following:
                _pass_over(leaves, following, index, whole=whole)
            if leaves.read(HASH_SIZE) != leaf:
                raise _wrong(
                    index,
                    f"({event.type[:40]}, {event.id[:40]}) is not what the log committed to at this place: its id, "
                    "type, time or body was changed, or it stands in another's place",
                )
            if event.time < last:
                raise _wrong(index, "is earlier than the one before it: it was backdated")
            following, last = index + 1, event.time
            yield event, digest
        if wrong is not None:
            raise wrong
    if whole and leaves.read(1):
        raise _missing(following)


def _pass_over(leaves: BinaryIO, following: int, index: int, *, whole: bool) -> None:
    """The leaves of events that are not there. Raises: VerificationFailed where they have to be."""
    if index < following:
        raise _wrong(index, "is out of order, or there twice")
    if whole:
        raise _missing(following)
    skipped = (index - following) * HASH_SIZE
    while skipped:
        part = leaves.read(min(skipped, 1 << 20))
        if not part:
            raise _wrong(index, "lies beyond the end of the log")
        skipped -= len(part)


def _digests(events: Sequence[LogEvent]) -> list[str]:
    """The `body_digest` of each."""
    bodies = [event.body for event in events if event.body is not None]
    found = iter(digest_texts([sha256(body.encode()).digest() for body in bodies]))
    return [str(event.digest) if event.body is None else next(found) for event in events]


def _parts(
    lines: BinaryIO,
) -> Iterator[tuple[Sequence[LogEvent], VerificationFailed | None]]:
    """The events of some lines at a time, and what is wrong with the line after them."""
    number = 0
    while part := lines.read(_PART):
        if not part.endswith(b"\n"):
            part += lines.readline(_LONGEST_LINE)
        events, wrong = _read(part) or _one_by_one(part, number)
        yield events, wrong
        number += len(events)


def _read(part: bytes) -> tuple[Sequence[LogEvent], None] | None:
    """The events, where nothing is wrong with any."""
    try:
        events: list[LogEvent] = _reader.decode_lines(part)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if _writer.encode_lines(events) != part:
        return None
    others = [
        event
        for event in events
        if event.body is None
        or event.digest is not None
        or event.withheld is not None
        or event.remains is not None
        or event.erased_by is not None
    ]
    return None if any(event.ill_formed() for event in others) else (events, None)


def _one_by_one(part: bytes, number: int) -> tuple[Sequence[LogEvent], VerificationFailed | None]:
    """`number`: how many lines there were before."""
    events: list[LogEvent] = []
    for line in io.BytesIO(part):
        number += 1
        try:
            event = _reader.decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            return events, VerificationFailed(
                f"line {number} of {EVENTS} is no event ({error})", field=EVENTS, code="event"
            )
        if (words := event.ill_formed()) is not None:
            return events, _wrong(event.index, words)
        if _writer.encode(event) + b"\n" != line:  # one spelling: nothing said twice
            return events, VerificationFailed(
                f"line {number} of {EVENTS} is not written as the format says",
                field=EVENTS,
                code="event",
            )
        events.append(event)
    return events, None


def _missing(index: int) -> VerificationFailed:
    return _wrong(index, "is missing, and this export says that it has every event")


def _wrong(index: int, words: str) -> VerificationFailed:
    return VerificationFailed(f"event {index} {words}", field=f"event {index}", code="event")
