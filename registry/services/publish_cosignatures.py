"""What witnesses said about the log, as it is published: under the checkpoint, and as a list of who has seen what."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.storage.cosignatures import Cosigned
from registry.storage.log_store import SignedHead
from registry.storage.unit_of_work import UnitOfWork
from registry.witness.known import KnownWitness


@dataclass(frozen=True, slots=True)
class WitnessStanding:
    """One witness: the newest checkpoint that it cosigned (None: none yet), and what went wrong last, `failures` times
    in a row. `current`: that checkpoint is the log's newest."""

    name: str
    vkey: str
    cosigned: Cosigned | None
    current: bool
    failures: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Witnessing:
    """All witnesses of a log; how many make a quorum; and up to which size so many have seen it (0: not at all)."""

    witnesses: tuple[WitnessStanding, ...]
    quorum: int
    witnessed_size: int


def cosigned_note(uow: UnitOfWork, head: SignedHead, witnesses: Sequence[KnownWitness]) -> str:
    """The checkpoint with the cosignatures under it that these witnesses have given so far."""
    if not witnesses:
        return head.note
    known = {each.vkey for each in witnesses}
    found = uow.cosignatures.over(head.head.size, head.head.root)
    return head.note + "".join(each.line for each in found if each.vkey in known)


def witnessed_note(
    uow: UnitOfWork, head: SignedHead, witnesses: Sequence[KnownWitness], quorum: int
) -> str | None:
    """The newest checkpoint that a quorum has cosigned, with all its cosignatures; None before the first."""
    checkpoint = _witnessed(uow, head, witnesses, quorum)
    return None if checkpoint is None else cosigned_note(uow, checkpoint, witnesses)


def witnessing(
    uow: UnitOfWork, head: SignedHead, witnesses: Sequence[KnownWitness], quorum: int
) -> Witnessing:
    """Who has seen what of the log."""
    newest, tried = uow.cosignatures.newest(), uow.cosignatures.tried()
    found = []
    for each in witnesses:
        cosigned, last = newest.get(each.vkey), tried.get(each.vkey)
        current = cosigned is not None and (cosigned.size, cosigned.root) == (
            head.head.size,
            head.head.root,
        )
        failures, error = (0, None) if last is None else (last.failures, last.error)
        found.append(WitnessStanding(each.name, each.vkey, cosigned, current, failures, error))
    checkpoint = _witnessed(uow, head, witnesses, quorum)
    return Witnessing(tuple(found), quorum, 0 if checkpoint is None else checkpoint.head.size)


def _witnessed(
    uow: UnitOfWork, head: SignedHead, witnesses: Sequence[KnownWitness], quorum: int
) -> SignedHead | None:
    if not witnesses:
        return None
    found = uow.cosignatures.witnessed((each.vkey for each in witnesses), quorum, head.head.size)
    checkpoint = None if found is None else uow.log.checkpoint(found[0])
    return (
        checkpoint
        if checkpoint is not None and found == (checkpoint.head.size, checkpoint.head.root)
        else None
    )
