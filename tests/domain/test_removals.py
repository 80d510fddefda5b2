"""What everybody took away is gone, and whoever came later brings nothing back."""

import pytest

from registry.domain.dossiers import Removal, Stander, Wait
from registry.domain.removals import gone


@pytest.mark.parametrize(
    ("removed_by", "needed", "is_gone"),
    [
        ((), ("r1",), False),
        (("r1",), ("r1",), True),
        (("r1",), ("r1", "r2"), False),
        (("r1", "r2"), ("r1", "r2"), True),
        (("r1", "r9"), ("r1",), True),
        ((), (), False),
        (("r1",), (), True),
    ],
)
def test_what_everybody_who_stands_by_it_takes_away_is_gone(
    removed_by: tuple[str, ...], needed: tuple[str, ...], is_gone: bool
) -> None:
    removals = [Removal(Wait(by, 5), by, 5, 9) for by in removed_by]
    assert gone(removals, [Stander(by, 1, 5) for by in needed], 5) is is_gone
    assert not gone(removals, [Stander(by, 1, 5) for by in needed], 4)


def test_whoever_comes_before_a_removal_counts_keeps_it_and_whoever_comes_after_brings_nothing_back() -> (
    None
):
    removals = [Removal(Wait("r1", 5), "r1", 5, 9)]
    first = Stander("r1", 1, 1)
    assert not gone(removals, [first, Stander("r2", 10, 4)], 7)
    assert gone(removals, [first, Stander("r2", 10, 5)], 7)
    assert gone(removals, [first, Stander("r2", 11, 6)], 7)
