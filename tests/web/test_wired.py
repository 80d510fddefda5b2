"""The pages know their registry, and the count that they share."""

import pytest
from flask import Flask

from registry.web.wired import take_place, the_registry, wire_pages
from tests.registries import Desk


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_pages_reach_the_registry_and_the_limit_they_were_given(desk: Desk) -> None:
    app, taken = Flask("pages"), []

    def take(address: str, now: int) -> dict[str, str]:
        taken.append((address, now))
        return {"RateLimit": "x"}

    wire_pages(app, desk.registry, take, take)
    with app.app_context():
        assert the_registry() is desk.registry
        assert take_place("192.0.2.1", 7) == {"RateLimit": "x"}
    assert taken == [("192.0.2.1", 7)]
