"""`browser`: asks the registry of `desk` for pages as browsers do."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from registry.app import create_app
from tests.registries import Desk
from tests.web.people import people

__all__ = ["HTML", "Browser", "browser", "people"]

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Browser:
    """A visitor: follows nothing by itself, keeps cookies, wants HTML."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str):  # type: ignore[no-untyped-def]
        return self.client.get(path, headers={**HTML, **headers})

    def page(self, path: str, **headers: str) -> str:
        """The text of a page that has to be there."""
        reply = self.get(path, **headers)
        assert reply.status_code == 200, reply.text
        assert reply.content_type == "text/html; charset=utf-8"
        return str(reply.text)

    def data(self, path: str):  # type: ignore[no-untyped-def]
        """The same page as data."""
        reply = self.client.get(path, headers={"Accept": "application/json"})
        assert reply.status_code == 200, reply.text
        return reply.get_json()


@pytest.fixture
def browser(desk: Desk) -> Iterator[Browser]:
    app = create_app(desk.registry.settings, desk.clock)
    yield Browser(app.test_client())
    app.extensions["consent-registry"].registry.close()
