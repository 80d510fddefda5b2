"""Where a row belongs: permitted or opted out by nothing but a verified answer, and never usable by mistake."""

from collections.abc import Sequence

import pytest

from registry.client.corpus.columns import Named, Unreadable
from registry.client.corpus.verdicts import USABLE, Judge, Pile
from registry.client.policy import Policy
from registry.domain.vocabulary import Usage
from registry.errors import Unavailable, VerificationFailed
from tests.client.between import ALLOWED, BROKEN, CONDITIONAL, DENIED, UNKNOWN, World

USAGE = Usage.GENERATIVE_TRAINING
ROWS: list[Named] = [
    [ALLOWED],
    Unreadable("no identifier"),
    [DENIED],
    [UNKNOWN],
    [BROKEN],
    [CONDITIONAL],
    [BROKEN, DENIED],
    [BROKEN, ALLOWED],
    [BROKEN, UNKNOWN],
]


class Told:
    """A snapshot that says one thing of everything."""

    def __init__(self, certain: bool) -> None:
        self.certain = certain
        self.asked = 0

    def unregistered(self, rows: Sequence[Sequence[str]]) -> list[bool]:
        self.asked += len(rows)
        return [self.certain] * len(rows)


def test_each_row_is_in_the_pile_of_its_answer(here: World) -> None:
    decided = Judge(here.client(), USAGE).decide(ROWS, 7)
    assert [each.pile.value for each in decided.verdicts] == [
        "permitted",
        "unreadable",
        "opted-out",
        "unregistered",
        "unreadable",
        "opted-out",
        "opted-out",
        "unreadable",
        "unreadable",
    ]
    assert [each.receipt for each in decided.verdicts] == [7, None, *[7] * 7]
    assert [each.index for each in decided.verdicts] == [0, None, 1, 2, 3, 4, 5, 6, 7]
    assert decided.verdicts[1].reasons == ("no identifier",)
    assert any("12 characters" in reason for reason in decided.verdicts[4].reasons)
    assert decided.platform == here.served.platform("P")
    assert decided.valid_until is not None
    assert decided.valid_until > here.served.clock()


@pytest.mark.parametrize("policy", list(Policy))
def test_the_usable_piles_are_what_the_policy_accepts(here: World, policy: Policy) -> None:
    registry = here.client(policy.value)
    items = [list(each) for each in ROWS if not isinstance(each, Unreadable)]
    verdicts = Judge(registry, USAGE).decide(items, 0).verdicts
    answers = registry.ask(items, usage=USAGE)
    assert [each.pile in USABLE[policy] for each in verdicts] == [a.proceed for a in answers]


def test_whatever_a_snapshot_does_not_rule_out_is_asked(here: World) -> None:
    plain = Judge(here.client(), USAGE).decide(ROWS, 0).verdicts
    assert Judge(here.client(), USAGE, Told(False)).decide(ROWS, 0).verdicts == plain


def test_what_a_snapshot_shows_to_be_unregistered_is_not_asked(here: World) -> None:
    begun = len(here.between.seen)
    sieve = Told(True)
    decided = Judge(here.client(), USAGE, sieve).decide(ROWS, 0)
    assert len(here.between.seen) == begun
    assert {each.by for each in decided.verdicts} == {"snapshot", "row"}
    assert (decided.receipts, decided.head, sieve.asked) == ([], None, len(ROWS) - 1)


def test_a_snapshot_that_no_longer_counts_stops_it(here: World) -> None:
    class Over(Told):
        def unregistered(self, rows: Sequence[Sequence[str]]) -> list[bool]:
            raise VerificationFailed("over", code="snapshot-expired")

    with pytest.raises(VerificationFailed):
        Judge(here.client(), USAGE, Over(True)).decide(ROWS, 0)


def test_without_an_answer_no_row_gets_a_pile(here: World) -> None:
    with here.altering(lambda *all: (503, {}, b"")), pytest.raises(Unavailable):
        Judge(here.client("no-objection"), USAGE).decide([[UNKNOWN]], 0)


def test_of_rows_that_name_nothing_nothing_is_asked(here: World) -> None:
    begun = len(here.between.seen)
    decided = Judge(here.client(), USAGE).decide([Unreadable("x")] * 3, 0)
    assert [each.pile for each in decided.verdicts] == [Pile.UNREADABLE] * 3
    assert decided.valid_until is None
    assert len(here.between.seen) == begun
