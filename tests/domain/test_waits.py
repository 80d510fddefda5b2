"""Which events begin a wait, whose it is, and when it takes effect."""

from registry.domain.events import (
    Declared,
    IdentifierRemovalProposed,
    LinkRemovalProposed,
    Statement,
    StatementEnd,
    Subject,
    Withdrawn,
)
from registry.domain.vocabulary import Preference, Usage
from registry.domain.waits import NEVER, Begun, begun_by

WORK = Subject("work", "w")


def declared(confirmed: bool, *takes_effect_at: int | None) -> Declared:
    said = tuple(
        Statement(usage, Preference.ALLOW, 1, takes_effect_at=at)
        for usage, at in zip(Usage, takes_effect_at, strict=False)
    )
    return Declared("d", "r", WORK, said, confirmed=confirmed)


def test_what_loosens_waits_for_the_last_of_it_and_for_whoever_confirms() -> None:
    assert begun_by(declared(True, 5, None, 9), 1) == Begun("d", "r", WORK, 9, 9)
    assert begun_by(declared(False, 5, None, 9), 1) == Begun("d", "r", WORK, 9, NEVER)
    ends = (StatementEnd(Usage.SEARCH), StatementEnd(Usage.AI_INPUT, 7))
    assert begun_by(Withdrawn("x", "d", "r", WORK, ends, confirmed=True), 1) == Begun("x", "r", WORK, 7, 7)  # fmt: skip
    for event in (
        IdentifierRemovalProposed("x", "w", "isrc:GBAYE0601498", "r", 7),
        LinkRemovalProposed("x", "l", "w", "r", 7),
    ):
        assert begun_by(event, 1) == Begun("x", "r", WORK, 7, NEVER)


def test_what_loosens_nothing_begins_nothing() -> None:
    assert begun_by(declared(True, None, None), 1) is None
    assert begun_by(Withdrawn("x", "d", "r", WORK, (StatementEnd(Usage.SEARCH),)), 1) is None
