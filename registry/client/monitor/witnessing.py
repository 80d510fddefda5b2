"""Do enough of the witnesses that a monitor trusts vouch for what it is served (C2SP tlog-cosignature)?

The newest head may wait for its cosignatures a few seconds; the newest one that has them is beside it, as `witnessed`.
Without witnesses a monitor sees that its own log only grows, and not that all are shown the same one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.client.heads import Head, continues
from registry.client.monitor.findings import Alarm, Kind
from registry.client.monitor.following import Kept, Log
from registry.client.monitor.pieces import MOST_NOTE_BYTES, Pieces
from registry.client.wire import Flow
from registry.errors import VerificationFailed
from registry.signing.note import VerifiedNote, verify_note
from registry.tlog.checkpoint import Checkpoint

LATE_SECONDS: Final = 900
"""How old the newest head with enough cosignatures may be, where the log has grown since."""
WITNESSED: Final = "witnessed"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Up to which size enough witnesses vouch (0: not at all), and when each did (POSIX second), by name."""

    size: int = 0
    cosigned_at: Mapping[str, int] = field(default_factory=dict)
    alarm: Alarm | None = None


def check_witnesses(
    log: Log, witnesses: tuple[str, ...], quorum: int, kept: Kept, now: int
) -> Flow[Witnessed]:
    """What the witnesses with these verifier keys vouch for; `now` in seconds since 1970.

    Raises: Unavailable where a file cannot be had.
    """
    try:
        found = _cosigned(log, witnesses, kept.note)
        if len(found.cosigned_at) >= quorum:
            return Witnessed(kept.checkpoint.size, found.cosigned_at)
        note = yield from Pieces(log.url).file(WITNESSED, MOST_NOTE_BYTES)
        if note is None:
            return _too_few(found, "the newest head, and no older one is served", quorum)
        found = _cosigned(log, witnesses, note.decode())
        checkpoint = Checkpoint.parse(found.text)
        older, newer = sorted(
            (Head.of_checkpoint(checkpoint), kept.head), key=lambda head: head.size
        )
        yield from continues(older, newer, log.url)
    except (VerificationFailed, UnicodeDecodeError) as error:
        words = f"what witnesses are said to have signed does not hold: {error}"
        return Witnessed(alarm=Alarm(Kind.UNWITNESSED, words, None, {"now": kept.note}))
    if len(found.cosigned_at) < quorum:
        return _too_few(found, f"the head over {checkpoint.size} entries", quorum)
    late = now - max(found.cosigned_at.values())
    if checkpoint.size < kept.checkpoint.size and late > LATE_SECONDS:
        words = (
            f"witnesses vouch for {checkpoint.size} entries of {kept.checkpoint.size}, and for no more in the last "
            f"{late} s"
        )
        return Witnessed(
            checkpoint.size, found.cosigned_at, Alarm(Kind.UNWITNESSED, words, checkpoint.size)
        )
    return Witnessed(checkpoint.size, found.cosigned_at)


def _cosigned(log: Log, witnesses: tuple[str, ...], note: str) -> VerifiedNote:
    """Raises: VerificationFailed where the log did not sign it, or one of the signatures is false."""
    verify_note(note, log.vkeys)
    return verify_note(note, [*log.vkeys, *witnesses])


def _too_few(found: VerifiedNote, what: str, quorum: int) -> Witnessed:
    words = f"{len(found.cosigned_at)} of your witnesses vouch for {what}; you ask for {quorum}"
    return Witnessed(0, found.cosigned_at, Alarm(Kind.UNWITNESSED, words))
