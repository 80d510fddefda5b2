"""Cosignatures are kept by size and witness; a quorum is counted over one root; what is old is forgotten."""

from registry.storage.cosignatures import Cosignatures, Cosigned, Tried
from tests.registries import Desk

ROOT, FORK = bytes(32), bytes([1]) * 32


def cosigned(vkey: str, size: int, root: bytes = ROOT) -> Cosigned:
    return Cosigned(vkey, size, root, f"— {vkey} {size}\n", 1000 * size)


def keep(desk: Desk, *found: Cosigned) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.cosignatures.keep(found)


def test_what_is_kept_is_found_by_checkpoint_and_by_witness(desk: Desk) -> None:
    keep(desk, cosigned("a", 5), cosigned("b", 5), cosigned("a", 7), cosigned("c", 7, FORK))
    with desk.registry.reading() as uow:
        found = uow.cosignatures
        assert found.over(5, ROOT) == [cosigned("a", 5), cosigned("b", 5)]
        assert found.over(7, FORK) == [cosigned("c", 7, FORK)]
        assert {each.vkey: each.size for each in found.newest().values()} == {
            "a": 7,
            "b": 5,
            "c": 7,
        }


def test_a_quorum_is_of_known_witnesses_over_one_root(desk: Desk) -> None:
    keep(desk, cosigned("a", 5), cosigned("b", 5), cosigned("a", 7), cosigned("b", 7, FORK))
    with desk.registry.reading() as uow:
        found: Cosignatures = uow.cosignatures
        assert found.witnessed(["a", "b"], 2, 9) == (5, ROOT)
        assert found.witnessed(["a", "b"], 1, 6) == (5, ROOT)
        assert found.witnessed(["a"], 1, 9) == (7, ROOT)
        assert found.witnessed(["a", "c"], 2, 9) is None


def test_each_witness_keeps_its_newest(desk: Desk) -> None:
    keep(desk, *(cosigned("a", size) for size in (3, 5, 7)), cosigned("b", 3), cosigned("b", 4))
    with desk.registry.bookkeeping() as uow:
        uow.cosignatures.forget(5)
    with desk.registry.reading() as uow:
        left = [each for size in range(9) for each in uow.cosignatures.over(size, ROOT)]
    assert [(each.vkey, each.size) for each in left] == [("b", 4), ("a", 5), ("a", 7)]


def test_another_one_over_the_same_size_and_another_try_take_the_place(desk: Desk) -> None:
    keep(desk, cosigned("a", 5), cosigned("a", 5, FORK))
    tries = [Tried("a", 5, 0, 1000, None), Tried("a", 0, 3, 2000, "away")]
    with desk.registry.bookkeeping() as uow:
        for each in tries:
            uow.cosignatures.note(each)
    with desk.registry.reading() as uow:
        assert uow.cosignatures.over(5, ROOT) == []
        assert uow.cosignatures.tried() == {"a": tries[1]}
