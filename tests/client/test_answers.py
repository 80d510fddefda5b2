"""Answers to the parts of one list, as one: nothing lost, and good only as long as each of them."""

from registry.client.answers import Answers, Receipt, Result, joined
from registry.client.heads import Head
from registry.client.policy import Policy
from registry.client.question import Asset

ASSET = Asset(("a:1",))


def part(first: int, until: int | None, size: int, *proceed: bool) -> Answers:
    results = [Result(first + n, ASSET, each, {}) for n, each in enumerate(proceed)]
    receipt = Receipt(first, len(proceed), b"", "jws")
    head = Head("o", size, bytes(32))
    return Answers("search", Policy.PERMISSION, results, first, until, "p", head, [receipt])


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
    assert part(0, 1, 1, True, True).all_proceed()
    assert not part(0, 1, 1, True, False).all_proceed()
    assert not part(0, 1, 1).all_proceed()


def test_a_result_without_its_members_permits_nothing() -> None:
    empty = Result(0, ASSET, False, {})
    assert (empty.decision, empty.permitted, empty.opted_out) == (None, False, True)
    assert (empty.reasons, empty.error) == ((), None)
