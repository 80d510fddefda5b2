"""The newest checkpoint held against the tiles that are stored, and against what was released.

Quick enough for every hour: it reads the right edge of the tiles, not the events. `registry.services.fsck` checks all.
"""

from registry.errors import VerificationFailed
from registry.services.fsck import check_note
from registry.services.ledger import Place
from registry.services.signers import Signers
from registry.storage.head_file import Head
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.tiles import root_hash


def check_newest_checkpoint(
    uow: UnitOfWork, signers: Signers, place: Place, released: Head | None
) -> int:
    """How many entries the checkpoint covers that was found to hold; 0 for a log that has not begun.

    Raises: VerificationFailed saying what contradicts what.
    """
    head = uow.log.head()
    if head is None:
        if released is not None:
            raise VerificationFailed(
                f"a checkpoint over {released.size} was released, but the store has no log"
            )
        return 0
    check_note(signers.keyring, place.origin, head)
    _check_root(uow, head.head, "the newest checkpoint")
    if released is not None:
        if released.size > head.head.size:
            raise VerificationFailed(
                f"a checkpoint over {released.size} was released, but the store has {head.head.size} entries"
            )
        _check_root(uow, released, "the checkpoint that was released")
    return head.head.size


def _check_root(uow: UnitOfWork, head: Head, which: str) -> None:
    try:
        root = root_hash(head.size, uow.log)
    except LookupError as missing:
        raise VerificationFailed(
            f"{which} covers {head.size} entries, and of their tiles one is missing"
        ) from missing
    if root != head.root:
        raise VerificationFailed(
            f"{which} covers {head.size} entries, and the stored tiles give another root"
        )
