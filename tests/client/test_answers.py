"""Answers to the parts of one list, as one: nothing lost, and good only as long as each of them."""

import pickle

import pytest

from registry.client.answers import Answers, Receipt, Result, Validity, joined
from registry.client.heads import Head
from registry.client.policy import Policy
from registry.client.question import Asset
from registry.errors import VerificationFailed
from registry.instants import system_clock

ASSET = Asset(("a:1",))


def part(first: int, until: int | None, size: int, *proceed: bool) -> Answers:
    good = None if until is None else Validity(0, until, 0, lambda: 5, lambda: 0)
    results = [Result(first + n, ASSET, each, {}, good) for n, each in enumerate(proceed)]
    receipt = Receipt(first, len(proceed), b"", "jws")
    head = Head("o", size, bytes(32))
    validities = [] if good is None else [good]
    return Answers(
        "search", Policy.PERMISSION, results, first, until, "p", head, [receipt], validities
    )


def test_parts_are_joined_in_order_under_the_earliest_end_and_the_newest_head() -> None:
    whole = joined([part(0, 20, 7, True, False), part(2, 10, 9, True)])
    assert [each.index for each in whole] == [0, 1, 2]
    assert (whole.valid_until, whole.head.size, whole.answered_at) == (10, 9, 0)
    assert [each.first for each in whole.receipts] == [0, 2]
    assert [each.index for each in whole.proceeding] == [0, 2]
    assert len(whole) == 3


def test_if_one_part_is_good_for_nothing_today_so_is_the_whole() -> None:
    assert joined([part(0, 20, 7, True), part(1, None, 7, True)]).valid_until is None


def test_all_proceed_is_said_of_every_one_and_never_of_none() -> None:
    assert part(0, 9, 1, True, True).all_proceed()
    assert not part(0, 9, 1, True, False).all_proceed()
    assert not part(0, 9, 1).all_proceed()


def test_a_result_without_its_members_permits_nothing() -> None:
    empty = Result(0, ASSET, False, {}, None)
    assert (empty.decision, empty.permitted, empty.opted_out) == (None, False, True)
    assert (empty.reasons, empty.error) == ((), None)


def test_once_an_answer_has_ended_nothing_proceeds_by_it() -> None:
    ended = part(0, 5, 1, True)
    assert [each.accepted for each in ended] == [True]
    assert not ended.results[0].proceed
    assert (ended.counts(), ended.proceeding, ended.all_proceed()) == (False, [], False)
    both = joined([part(0, 9, 7, True), ended])
    assert ([each.proceed for each in both], both.counts()) == ([True, False], False)
    assert joined([part(0, 9, 7, True), part(1, 6, 7, True)]).counts()


def test_an_answer_about_the_past_lets_nothing_proceed() -> None:
    past = part(0, None, 1, True)
    assert (past.counts(), past.proceeding) == (False, [])


@pytest.mark.parametrize(
    ("clock", "elapsed", "counts"),
    [
        (1_000, 0.0, True),
        (1_999, 0.0, True),
        (2_000, 0.0, False),
        (-29_000, 0.9, True),
        (
            -29_000,
            1.0,
            False,
        ),  # the clock is slow, or was set back; the time has gone by all the same
        (2_000, 0.5, False),
    ],
)
def test_an_answer_ends_by_the_clock_or_by_the_time_gone_by_whichever_is_first(
    clock: int, elapsed: float, counts: bool
) -> None:
    validity = Validity(1_000, 2_000, 70.0, lambda: clock, lambda: 70.0 + elapsed)
    assert validity.counts() is counts
    if counts:
        validity.check()
    else:
        with pytest.raises(VerificationFailed, match="ask again"):
            validity.check()


def test_a_result_goes_to_another_process_with_its_end() -> None:
    now = system_clock()
    sent = pickle.loads(pickle.dumps(Validity(now, now - 1, 0.0, system_clock)))
    assert not sent.counts()
