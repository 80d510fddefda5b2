"""Where a row belongs: permitted or opted out by nothing but a verified answer, and never usable by mistake."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from registry.client.corpus.columns import Named, Unreadable, parse_columns
from registry.client.corpus.source import Chunk
from registry.client.corpus.text_rows import TextChunk
from registry.client.corpus.verdicts import USABLE, Decided, Judge, Pile, Sieve, Verdict
from registry.client.policy import Policy
from registry.client.registry import Registry
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


def chunk(rows: Sequence[Named]) -> TextChunk:
    """Rows that name just this."""
    values = [each if isinstance(each, Unreadable) else [list(each)] for each in rows]
    return TextChunk(0, "", parse_columns("id"), [b"row\n"] * len(rows), values)


class Told:
    """A snapshot that says one thing of everything that can be read."""

    def __init__(self, certain: bool) -> None:
        self.certain = certain

    def doubtful(self, chunk: Chunk) -> Sequence[int]:
        every = range(len(chunk))
        named = zip(every, chunk.named(every), strict=True)
        return [row for row, each in named if not self.certain or isinstance(each, Unreadable)]


def decide(
    registry: Registry, rows: Sequence[Named], before: int = 0, sieve: Sieve | None = None
) -> Decided:
    with ThreadPoolExecutor(2) as threads:
        return Judge(registry, USAGE, threads, sieve).begin(chunk(rows)).decided(before)


def each_of(decided: Decided) -> list[Verdict]:
    """The verdicts, one a row."""
    return [run.verdict for run in decided.runs for _ in range(run.count)]


def test_each_row_is_in_the_pile_of_its_answer(here: World) -> None:
    decided = decide(here.client(), ROWS, 7)
    verdicts = each_of(decided)
    assert [each.pile.value for each in verdicts] == [
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
    assert [each.receipt for each in verdicts] == [7, None, *[7] * 7]
    assert [each.index for each in verdicts] == [0, None, 1, 2, 3, 4, 5, 6, 7]
    assert verdicts[1].reasons == ("no identifier",)
    assert any("12 characters" in reason for reason in verdicts[4].reasons)
    assert decided.platform == here.served.platform("P")
    assert decided.valid_until is not None
    assert decided.valid_until > here.served.clock()


@pytest.mark.parametrize("policy", list(Policy))
def test_the_usable_piles_are_what_the_policy_accepts(here: World, policy: Policy) -> None:
    registry = here.client(policy.value)
    items = [list(each) for each in ROWS if not isinstance(each, Unreadable)]
    verdicts = each_of(decide(registry, items))
    answers = registry.ask(items, usage=USAGE)
    assert [each.pile in USABLE[policy] for each in verdicts] == [a.proceed for a in answers]


def test_whatever_a_snapshot_does_not_rule_out_is_asked(here: World) -> None:
    plain = decide(here.client(), ROWS).runs
    assert decide(here.client(), ROWS, sieve=Told(False)).runs == plain


def test_what_a_snapshot_shows_to_be_unregistered_is_not_asked(here: World) -> None:
    begun = len(here.between.seen)
    decided = decide(here.client(), ROWS, sieve=Told(True))
    assert len(here.between.seen) == begun
    said = [(run.verdict.by, run.first, run.count) for run in decided.runs]
    assert said == [("snapshot", 0, 1), ("row", 1, 1), ("snapshot", 2, len(ROWS) - 2)]
    assert (decided.receipts, decided.head, decided.rests_on_snapshot()) == ([], None, True)


def test_a_snapshot_that_no_longer_counts_stops_it(here: World) -> None:
    class Over(Told):
        def doubtful(self, chunk: Chunk) -> Sequence[int]:
            raise VerificationFailed("over", code="snapshot-expired")

    with pytest.raises(VerificationFailed):
        decide(here.client(), ROWS, sieve=Over(True))


def test_without_an_answer_no_row_gets_a_pile(here: World) -> None:
    with here.altering(lambda *all: (503, {}, b"")), pytest.raises(Unavailable):
        decide(here.client("no-objection"), [[UNKNOWN]])


def test_of_rows_that_name_nothing_nothing_is_asked(here: World) -> None:
    begun = len(here.between.seen)
    decided = decide(here.client(), [Unreadable("x")] * 3)
    assert [(run.verdict.pile, run.count) for run in decided.runs] == [(Pile.UNREADABLE, 3)]
    assert decided.valid_until is None
    assert len(here.between.seen) == begun


def test_a_row_that_was_asked_about_and_has_no_answer_is_in_no_pile(here: World) -> None:
    with ThreadPoolExecutor(1) as threads:
        begun = Judge(here.client(), USAGE, threads).begin(chunk([[ALLOWED], [DENIED]]))
        for lacking in (replace(begun, asked=[0, 1, 2]), replace(begun, questions=[])):
            with pytest.raises(VerificationFailed, match="no answer"):
                lacking.decided(0)
