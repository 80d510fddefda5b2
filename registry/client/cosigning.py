"""Asking a witness for its cosignature over a checkpoint: C2SP tlog-witness, `add-checkpoint`, from the log's side.

Does no input or output: a flow asks for a request. Whatever a witness replies is held against its own key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from registry.client.wire import Flow, Lost, Reply, Request
from registry.errors import Unavailable, VerificationFailed
from registry.signing.note import take_cosignature
from registry.tlog.add_checkpoint import AddCheckpoint
from registry.tlog.canonical import decimal
from registry.tlog.tiles import MAX_SIZE
from registry.witness.known import KnownWitness

MOST_REPLY_BYTES: Final = 16 * 1024
MOST_SKEW_SECONDS: Final = 300
"""How far a cosignature's time may be from ours: it was made right now."""

ProofFrom = Callable[[int], Sequence[bytes]]
"""A size of the log → the consistency proof from there to the checkpoint."""


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's signature line, ended by a newline, and the second since 1970 that it vouches for."""

    line: str
    at: int


def cosigned(
    witness: KnownWitness, note: str, size: int, known: int, proof_from: ProofFrom, now: int
) -> Flow[Cosignature]:
    """The witness's cosignature over `note`, a checkpoint of `size` entries; `known`: what it has seen by our account.

    Raises: Unavailable where it cannot be had now; VerificationFailed where what the witness says contradicts the log,
    or is not its signature over this checkpoint.
    """
    old = min(known, size)
    for _ in range(2):
        body = AddCheckpoint(old, tuple(proof_from(old)), note).encode()
        reply = yield Request(
            "POST",
            f"{witness.url}/add-checkpoint",
            {"accept-encoding": "identity", "content-type": "text/plain; charset=utf-8"},
            body,
            MOST_REPLY_BYTES,
        )
        if not isinstance(reply, Reply):
            why = reply.why if isinstance(reply, Lost) else "nothing came"
            raise Unavailable(f"the witness {witness.name} cannot be reached: {why}")
        if reply.status == 200:
            return _taken(witness, note, reply, now)
        if reply.status != 409:
            raise _refused(witness, reply)
        old = _seen(witness, reply, old, size)
    raise Unavailable(
        f"the witness {witness.name} says each time that it has seen another size; ask again"
    )


def _taken(witness: KnownWitness, note: str, reply: Reply, now: int) -> Cosignature:
    try:
        line, at = take_cosignature(note, reply.body.decode(), witness.vkey)
    except UnicodeDecodeError as error:
        raise VerificationFailed(
            f"what the witness {witness.name} replied is no signature"
        ) from error
    if abs(at - now) > MOST_SKEW_SECONDS:
        raise VerificationFailed(
            f"the witness {witness.name} vouches for a time that is {abs(at - now)} s from ours; one of the clocks is "
            "wrong"
        )
    return Cosignature(line, at)


def _seen(witness: KnownWitness, reply: Reply, old: int, size: int) -> int:
    """How much the witness says it has seen. Raises: VerificationFailed where the log cannot go on from there."""
    try:
        seen = decimal(reply.body.decode().removesuffix("\n"), "the size", MAX_SIZE)
    except UnicodeDecodeError as error:
        raise VerificationFailed(
            f"the witness {witness.name} does not say what it has seen"
        ) from error
    if seen > size:
        raise VerificationFailed(
            f"the witness {witness.name} has seen {seen} entries of this log, which has {size}: the log was cut, or "
            "another process submitted a newer checkpoint just now"
        )
    if seen == old:
        raise VerificationFailed(
            f"the witness {witness.name} has seen {seen} entries of this log with another root: one of the two forked"
        )
    return seen


def _refused(witness: KnownWitness, reply: Reply) -> Unavailable | VerificationFailed:
    words = {
        403: "does not trust the key that signed the checkpoint",
        404: "does not know this log; give it the log's verifier key",
        422: "says that the log does not continue what it has seen",
    }
    said = words.get(reply.status, f"answered with status {reply.status}")
    kind = VerificationFailed if reply.status == 422 else Unavailable
    return kind(f"the witness {witness.name} {said}")
