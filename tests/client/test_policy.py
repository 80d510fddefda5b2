"""The two policies go by the answer's booleans, and take nothing unclear for a yes."""

from typing import Any

import pytest

from registry.client.policy import Policy, parse_policy
from registry.errors import InvalidInput

ALLOW = {"decision": "allow", "permitted": True, "opted_out": False}
UNREGISTERED = {"decision": "unregistered", "permitted": False, "opted_out": False}
DENY = {"decision": "deny", "permitted": False, "opted_out": True}


@pytest.mark.parametrize(
    ("result", "permission", "no_objection"),
    [
        (ALLOW, True, True),
        (UNREGISTERED, False, True),
        (DENY, False, False),
        ({**DENY, "decision": "conditional"}, False, False),
        ({**ALLOW, "error": {"code": "x"}}, False, False),
        ({"permitted": True, "opted_out": False}, False, False),
        ({"decision": "allow", "permitted": "true", "opted_out": "false"}, False, False),
        ({"decision": "allow", "permitted": 1, "opted_out": 0}, False, False),
        ({"decision": "unregistered"}, False, False),
        ({}, False, False),
    ],
)
def test_only_a_clear_answer_is_accepted(
    result: dict[str, Any], permission: bool, no_objection: bool
) -> None:
    assert Policy.PERMISSION.accepts(result) is permission
    assert Policy.NO_OBJECTION.accepts(result) is no_objection


@pytest.mark.parametrize("name", ["", "default", "opt-out", None])
def test_another_policy_is_refused_with_the_names_of_both(name: Any) -> None:
    with pytest.raises(InvalidInput, match=r"permission.*no-objection") as refused:
        parse_policy(name)
    assert refused.value.field == "policy"
