"""A test key is told of the sandbox, and of whatever else that it is not there: never that it is free."""

from registry.domain.sandbox import sandbox_identifiers
from registry.domain.vocabulary import Decision, Usage
from registry.services.answer import Inquiry, Item, ItemAnswer
from registry.services.answer_sandbox import NOT_IN_THE_SANDBOX, answer_sandbox
from tests.registries import Desk


def asked(desk: Desk, *identifiers: str) -> ItemAnswer:
    inquiry = Inquiry(Usage.SEARCH, [Item(identifiers)], "whoever")
    with desk.registry.lookups.transaction() as transaction:
        found = answer_sandbox(
            transaction,
            inquiry,
            now=desk.clock.now,
            max_validity=desk.registry.settings.max_validity,
        )
    assert found.head.head.size > 0
    return found.results[0]


def test_each_decision_comes_with_evidence_that_names_no_record(desk: Desk) -> None:
    for decision in Decision:
        answer = asked(desk, *sandbox_identifiers(decision)).answer
        assert answer is not None
        assert answer.decision is decision
        assert [each.record for each in answer.evidence] == [None] * len(answer.evidence)


def test_what_is_real_is_neither_found_nor_absent_there(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.declare(work, search="allow")
    url = sandbox_identifiers(Decision.ALLOW)[0]
    for identifiers in (("isrc:GBAYE0601498",), ("isrc:USRC17607839",), (url, "isrc:USRC17607839")):
        result = asked(desk, *identifiers)
        assert result.answer is None
        assert result.error is not None
        assert result.error.code == NOT_IN_THE_SANDBOX
        assert (result.permitted, result.opted_out) == (False, True)


def test_what_cannot_be_read_is_an_error_there_too(desk: Desk) -> None:
    broken = asked(desk, "isrc:nonsense")
    assert (broken.permitted, broken.opted_out) == (False, True)
    beside = asked(desk, sandbox_identifiers(Decision.ALLOW)[0], "isrc:nonsense")
    assert beside.answer is not None
    assert beside.answer.decision is Decision.UNSTATED
