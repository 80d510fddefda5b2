"""A registry behind a real HTTP server on loopback, with a clock that the test moves, and short words for
what artists, stewards and platforms do there."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx2
from werkzeug.serving import make_server

from registry.app import create_app
from registry.bootstrap import Registry, open_registry
from registry.domain.ids import new_id
from registry.domain.vocabulary import Assurance
from registry.services.attest_claim import attest_claim
from registry.services.open_account import issue_token
from registry.services.register_platform import add_platform_key
from registry.services.settle_loosening import confirm_loosening
from registry.signing.http_signature import sign_request
from registry.signing.keys import MemorySigner, generate
from tests.outside import POLL_SECONDS, free_port
from tests.registries import STEWARD, Desk, MovedClock, settings_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOUR = 3_600_000


@dataclass
class Served:
    """A running registry. Artists have tokens, platforms have keys, both made when first named."""

    url: str
    desk: Desk
    http: httpx2.Client
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, MemorySigner] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        return self.desk.registry

    @property
    def clock(self) -> MovedClock:
        return self.desk.clock

    def token(self, name: str) -> str:
        if name not in self.tokens:
            holder = self.desk.rightsholder(name)
            with self.registry.writing() as ledger:
                self.tokens[name] = issue_token(ledger, holder, "test", STEWARD)[1]
        return self.tokens[name]

    def send(
        self, method: str, path: str, by: str = "R1", body: Any = None, **headers: str
    ) -> httpx2.Response:
        """An artist's request."""
        return self.http.request(
            method,
            self.url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.token(by)}", **headers},
        )

    def post(self, path: str, body: Any = None, by: str = "R1") -> dict[str, Any]:
        """A write that has to succeed."""
        reply = self.send("POST", path, by, body if body is not None else {})
        assert reply.status_code in (200, 201, 202), reply.text
        return cast(dict[str, Any], reply.json())

    # -- what artists say --

    def work(self, *identifiers: str, by: str = "R1", **more: Any) -> dict[str, Any]:
        members = {"title": "A song", "kind": "recording", "role": "recording", "embodies": "mine"}
        return self.post("/v1/works", {**members, "identifiers": identifiers, **more}, by)

    def location(self, url: str, by: str = "R1", **more: Any) -> dict[str, Any]:
        return self.post("/v1/locations", {"url": url, "sole": True, **more}, by)

    def declare(
        self, subject: dict[str, Any], by: str = "R1", to: str | None = None, **said: Any
    ) -> dict[str, Any]:
        """`generative_training="deny"`; conditional gets a contact. Anything with a hyphen-free name
        that is no category (valid_from …) goes along as it is."""
        body: dict[str, Any] = {"subject": subject, "preferences": {}}
        if to is not None:
            body["grantee"] = self.platform(to)
        for name, value in said.items():
            if name.startswith("valid_"):
                body[name] = value
                continue
            wish = {"preference": value, "contact": "mailto:r@example.org"}
            body["preferences"][name.replace("_", "-")] = wish if value == "conditional" else value
        return self.post("/v1/declarations", body, by)

    # -- what stewards do --

    def prove(self, claimed: dict[str, Any], identifier: str, level: str = "controlled") -> None:
        """Proof for one identifier of a work, or for a location by itself (identifier "location")."""
        only = {"location": True} if identifier == "location" else {"identifier": identifier}
        with self.registry.writing() as ledger:
            attest_claim(
                ledger, claimed["claim"]["id"], STEWARD, "seen", level=Assurance(level), **only
            )

    def settle(self) -> None:
        """Everything that waits is confirmed, and its time passes."""
        for name in self.tokens:
            for waiting in self.send("GET", "/v1/loosenings", name).json()["loosenings"]:
                with self.registry.writing() as ledger:
                    confirm_loosening(ledger, waiting["id"], STEWARD)
        self.clock.forward(73 * HOUR)

    def registry_time(self) -> int:
        """The time of the log's newest checkpoint (ms)."""
        with self.registry.reading() as uow:
            head = uow.log.head()
        assert head is not None
        return head.head.at

    # -- what platforms do --

    def platform(self, name: str) -> str:
        id = self.desk.platform(name)
        if name not in self.keys:
            self.keys[name] = generate()
            with self.registry.writing() as ledger:
                add_platform_key(ledger, id, dict(self.keys[name].public.jwk), STEWARD)
        return id

    def question(
        self, body: Any, asker: str = "P", path: str = "/v1/verify", **changes: Any
    ) -> httpx2.Response:
        """A signed question."""
        self.platform(asker)
        signer = self.keys[asker]
        content = json.dumps(body).encode()
        headers = sign_request(
            "POST",
            self.url + path,
            content,
            "application/json",
            signer,
            keyid=signer.kid,
            created=changes.get("created", self.clock() // 1000),
            nonce=changes.get("nonce", secrets.token_urlsafe(16)),
        )
        return self.http.post(
            self.url + path,
            content=content,
            headers={"Content-Type": "application/json", **headers},
        )

    def ask(
        self,
        *identifiers: str,
        usage: str = "generative-training",
        asker: str | None = "P",
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """The answer about one asset; `asker` None asks as nobody."""
        if asker is None:
            parameters = [("usage", usage), *(("id", each) for each in identifiers)]
            reply = self.http.get(self.url + "/v1/verify", params=parameters)
        else:
            body: dict[str, Any] = {"usage": usage, "items": [{"identifiers": identifiers}]}
            reply = self.question({**body, "as_of": as_of} if as_of else body, asker)
        assert reply.status_code == 200, reply.text
        return cast(dict[str, Any], reply.json()["results"][0])


@contextmanager
def served(
    folder: Path,
    database_url: str,
    around: "Callable[[WSGIApplication], WSGIApplication]" = lambda app: app,
    **more: str,
) -> Iterator[Served]:
    """A registry on this database, served until the end of the block; `around` may stand between it and the world."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = settings_for(folder, database_url, REGISTRY_PUBLIC_URL=url, **more)
    clock = MovedClock()
    registry = open_registry(settings, clock)
    registry.prepare()
    app = create_app(settings, clock)
    server = make_server("127.0.0.1", port, around(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    with httpx2.Client(timeout=30, trust_env=False) as http:
        yield Served(url, Desk(registry, clock), http)
    server.shutdown()
    server.server_close()
    thread.join()
    app.extensions["consent-registry"].registry.close()
    registry.close()


def unknown_id() -> str:
    """An id that nothing has."""
    return new_id(0)
