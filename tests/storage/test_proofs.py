"""How proofs stand is kept claim by claim, and grants gained by looks by what they rest on."""

from registry.storage.proofs import LookedUpGrant, ProofRow, ProofState, Sight
from tests.registries import Desk

SEEN = (Sight("https://a.example/", False, "it answered 404"), Sight("_x.a.example", True, "found"))


def test_how_a_proof_stands_is_kept_and_replaced(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        assert uow.proofs.of("claim") is None
        uow.proofs.keep(ProofRow("claim", ProofState.WAITING, 5))
        assert uow.proofs.of("claim") == ProofRow("claim", ProofState.WAITING, 5)
        later = ProofRow("claim", ProofState.FAILED, 5, 9, 2, 7, SEEN)
        uow.proofs.keep(later)
        assert uow.proofs.of("claim") == later
        assert uow.proofs.of("other") is None


def test_grants_are_found_by_claim_and_by_what_they_rest_on(desk: Desk) -> None:
    place = LookedUpGrant("g1", "claim", "https://a.example/", 5)
    digest = LookedUpGrant("g2", "other", "https://a.example/song", 6, "g1")
    with desk.registry.bookkeeping() as uow:
        uow.proofs.gained(place)
        uow.proofs.gained(digest)
        assert uow.proofs.grants_of("claim") == [place]
        assert uow.proofs.resting_on(["g1", "g9"]) == [digest]
        assert uow.proofs.resting_on([]) == []
        assert uow.proofs.grants_of("other") == [digest]
