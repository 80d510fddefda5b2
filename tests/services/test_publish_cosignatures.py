"""Under a checkpoint stand the cosignatures of known witnesses over it, and a quorum of them makes it witnessed."""

from registry.services.publish_cosignatures import cosigned_note, witnessed_note, witnessing
from registry.signing.keys import generate
from registry.signing.note import add_cosignature, cosigner_vkey, verify_note
from registry.storage.cosignatures import Cosigned, Tried
from registry.storage.log_store import SignedHead
from registry.witness.known import KnownWitness
from tests.registries import Desk

SIGNERS = {f"{name}.example": generate() for name in "abx"}
VKEYS = {name: cosigner_vkey(name, key.public.raw) for name, key in SIGNERS.items()}
A, B, STRANGER = (KnownWitness(vkey, "https://w.example") for vkey in VKEYS.values())


def head_of(desk: Desk) -> SignedHead:
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    return head


def cosign(desk: Desk, *witnesses: KnownWitness) -> SignedHead:
    """These witnesses sign the newest checkpoint."""
    head = head_of(desk)
    for each in witnesses:
        signer = SIGNERS[each.name]
        note = add_cosignature(head.note, each.name, signer.public.raw, signer.sign, 1000)
        line = note.splitlines(keepends=True)[-1]
        with desk.registry.bookkeeping() as uow:
            size, root = head.head.size, head.head.root
            uow.cosignatures.keep([Cosigned(each.vkey, size, root, line, 1_000_000)])
    return head


def test_only_known_witnesses_stand_under_it(desk: Desk) -> None:
    head = cosign(desk, A, B, STRANGER)
    with desk.registry.reading() as uow:
        note = cosigned_note(uow, head, (A, B))
        assert cosigned_note(uow, head, ()) == head.note
    assert verify_note(note, list(VKEYS.values())).cosigned_at == {
        "a.example": 1000,
        "b.example": 1000,
    }


def test_a_quorum_makes_it_witnessed_and_it_stays_so_while_the_log_grows(desk: Desk) -> None:
    first = cosign(desk, A)
    with desk.registry.reading() as uow:
        assert witnessed_note(uow, first, (A, B), 2) is None
    cosign(desk, B)
    desk.work("isrc:GBAYE0600001")
    newest = cosign(desk, A)
    with desk.registry.reading() as uow:
        note = witnessed_note(uow, newest, (A, B), 2)
        assert note == cosigned_note(uow, first, (A, B))
        found = witnessing(uow, newest, (A, B, STRANGER), 2)
    assert found.witnessed_size == first.head.size
    assert [each.current for each in found.witnesses] == [True, False, False]
    sizes = [each.cosigned and each.cosigned.size for each in found.witnesses]
    assert sizes == [newest.head.size, first.head.size, None]


def test_what_went_wrong_last_is_said_with_the_witness(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.cosignatures.note(Tried(A.vkey, 0, 3, 1000, "away"))
    head = head_of(desk)
    with desk.registry.reading() as uow:
        (found,) = witnessing(uow, head, (A,), 1).witnesses
    assert (found.failures, found.error, found.cosigned) == (3, "away", None)


def test_a_cosignature_over_a_history_that_was_cut_off_counts_for_nothing(desk: Desk) -> None:
    head = head_of(desk)
    with desk.registry.bookkeeping() as uow:
        uow.cosignatures.keep([Cosigned(A.vkey, head.head.size, bytes(32), "— x\n", 1)])
        uow.cosignatures.keep([Cosigned(A.vkey, head.head.size + 5, bytes(32), "— x\n", 1)])
    with desk.registry.reading() as uow:
        assert cosigned_note(uow, head, (A,)) == head.note
        assert witnessed_note(uow, head, (A,), 1) is None
