"""People for tests: `people.sign_in("Ada")` gives somebody who is signed in, with a browser of their own.

They sign in as anybody does, by the pages; only the mail's link is taken from the outbox of the store. Each sends
forms with the token and the origin that a browser would send.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.bootstrap import Registry
from registry.storage.accounts import Account
from registry.storage.mails import Mail
from tests.acts import watched
from tests.registries import Desk

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PASSWORD = "nine lives of a green toaster"
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For pages that ask no store what could differ from one kind to the other."""
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([^"]+)"')


@dataclass
class Person:
    """Somebody with a browser. Who has no account yet is only a visitor."""

    client: FlaskClient
    registry: Registry
    address: str
    password: str = PASSWORD
    language: str = "en"

    @property
    def origin(self) -> str:
        return self.registry.place.public_url

    @property
    def account(self) -> Account:
        with self.registry.reading() as uow:
            found = uow.accounts.by_address(self.address.lower())
        assert found is not None, f"{self.address} has no account"
        return found

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=self._headers(headers), base_url=self.origin)

    def page(self, path: str) -> str:
        """The text of a page that has to be there."""
        reply = self.get(path)
        assert reply.status_code == 200, f"{reply.status_code} {reply.headers.get('Location')}"
        return str(reply.text)

    def data(self, path: str):  # type: ignore[no-untyped-def]
        """The same page as data."""
        reply = self.get(path, Accept="application/json")
        assert reply.status_code == 200, reply.text
        return reply.get_json()

    def post(
        self,
        path: str,
        fields: dict[str, str] | None = None,
        *,
        token: str | None = None,
        **more: str,
    ) -> TestResponse:
        """Sends a form, with what its page would have put in: the token, and the mark of what it shows."""
        sent = {"form_token": self.token() if token is None else token, **(fields or {}), **more}
        if path.endswith(("/check", "/start")) and "seen" not in sent:
            sent["seen"] = self.seen(path.removesuffix("/start"))
        self.registry.clock.forward(1)  # type: ignore[attr-defined]  # so that mails have an order
        headers = self._headers({"Origin": self.origin, "Sec-Fetch-Site": "same-origin"})
        return self.client.post(path, data=sent, headers=headers, base_url=self.origin)

    def token(self) -> str:
        """The token of this session's forms; empty for a visitor."""
        found = TOKEN.search(self.get("/account").text)
        return "" if found is None else found[1]

    def seen(self, path: str) -> str:
        """The mark of what this page shows; empty where it has none."""
        found = SEEN.search(self.get(path).text)
        return "" if found is None else found[1]

    def sign_up(self, name: str) -> None:
        """By the address, the mail and its link."""
        self.post("/account/sign-up", email=self.address, token="")
        reply = self.post(
            "/account/sign-up/link",
            secret=self.link_secret(),
            name=name,
            password=self.password,
            token="",
        )
        assert reply.status_code == 303, reply.text

    def sign_in(self) -> TestResponse:
        """By address and password."""
        return self.post("/account/sign-in", email=self.address, password=self.password, token="")

    def prove(self) -> None:
        """Shows once more who they are."""
        reply = self.post("/account/prove", password=self.password, next="/account")
        assert (reply.status_code, reply.headers["Location"]) == (303, "/account")

    def mails(self) -> list[Mail]:
        """What waits to be sent to this address, oldest first."""
        with self.registry.reading() as uow:
            jobs = uow.jobs.listed(kind="mail", limit=1000)
            found = [uow.mails.find(job.key) for job in jobs]
        mine = [mail for mail in found if mail and mail.recipient.lower() == self.address.lower()]
        return sorted(mine, key=lambda mail: mail.id)

    def link(self) -> str:
        """The link in the newest mail that has one."""
        return next(mail.words["link"] for mail in reversed(self.mails()) if "link" in mail.words)

    def link_secret(self) -> str:
        return self.link().partition("secret=")[2]

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {**HTML, "Accept-Language": self.language, "User-Agent": FIREFOX, **more}


@dataclass
class People:
    """Everybody in a test, by name."""

    app: Flask
    desk: Desk
    known: dict[str, Person] = field(default_factory=dict)

    def visitor(self, name: str = "Nobody", **more: str) -> Person:
        """Somebody with a fresh browser, who is not signed in."""
        address = f"{name.lower().replace(' ', '.')}@people.example"
        return Person(self.app.test_client(), self.desk.registry, address, **more)

    def sign_in(self, name: str = "Ada", **more: str) -> Person:
        """Somebody who has an account and is signed in; the same one under the same name."""
        if name not in self.known:
            person = self.visitor(name, **more)
            person.sign_up(name)
            self.known[name] = person
        return self.known[name]


@pytest.fixture
def people(desk: Desk) -> Iterator[People]:
    app = create_app(desk.registry.settings, desk.clock)
    with watched() as without_act:
        yield People(app, desk)
    app.extensions["consent-registry"].registry.close()
    assert without_act == [], "each of these changed something without a row in the journal"
