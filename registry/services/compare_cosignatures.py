"""The cosignatures that are kept, held against the checkpoints that they are published under."""

from registry.errors import VerificationFailed
from registry.signing.note import verify_note
from registry.storage.unit_of_work import UnitOfWork


def compare_cosignatures(uow: UnitOfWork) -> int:
    """Returns how many were compared. Those over a history that this store no longer has stand under no checkpoint.

    Raises: VerificationFailed naming the first witness whose signature is not over its checkpoint.
    """
    compared = 0
    for each in uow.cosignatures.all():
        checkpoint = uow.log.checkpoint(each.size)
        if checkpoint is None or checkpoint.head.root != each.root:
            continue
        compared += 1
        try:
            verify_note(checkpoint.note + each.line, [each.vkey])
        except VerificationFailed as error:
            name = each.vkey.partition("+")[0]
            raise VerificationFailed(
                f"the cosignature by {name!r} over {each.size} entries, in cosignatures, is not one"
            ) from error
    return compared
