"""What a webhook is registered with, read strictly."""

import pytest
from marshmallow import ValidationError

from registry.api.webhook_schemas import NewWebhookSchema
from registry.services.register_webhook import EVENT_TYPES, LONGEST_URL


def test_kinds_may_be_left_out_and_are_types_of_events() -> None:
    assert NewWebhookSchema().load({"url": "https://p.example/"})["kinds"] == []
    every = {"url": "https://p.example/", "kinds": list(EVENT_TYPES)}
    assert NewWebhookSchema().load(every)["kinds"] == list(EVENT_TYPES)
    assert "declaration.issued" in EVENT_TYPES


@pytest.mark.parametrize(
    "members",
    [{}, {"url": ""}, {"url": "x" * (LONGEST_URL + 1)}, {"url": "x", "kinds": ["no.such"]},
     {"url": "x", "kinds": "all"}, {"url": None}],
)  # fmt: skip
def test_what_is_no_webhook_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NewWebhookSchema().load(members)
