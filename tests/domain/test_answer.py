"""What a decision means: permitted, opted out, or neither."""

import pytest

from registry.domain.answer import Answer
from registry.domain.vocabulary import Decision


@pytest.mark.parametrize(
    ("decision", "permitted", "opted_out"),
    [
        (Decision.ALLOW, True, False),
        (Decision.CONDITIONAL, False, True),
        (Decision.DENY, False, True),
        (Decision.UNSTATED, False, True),
        (Decision.UNREGISTERED, False, False),
    ],
)
def test_each_decision_is_one_row_of_the_table_of_section_7(
    decision: Decision, permitted: bool, opted_out: bool
) -> None:
    answer = Answer(decision, (), False, (), 0)
    assert (answer.permitted, answer.opted_out) == (permitted, opted_out)
