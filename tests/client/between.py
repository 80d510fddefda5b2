"""A registry over HTTP with somebody in between: a real little WSGI server that may alter real answers."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.test import run_wsgi_app

from registry.client.registry import AsyncRegistry, Registry
from registry.signing.http_signature import request_signature, sign_response
from registry.signing.keys import KeyPurpose
from registry.signing.note import vkey
from tests.served import Served, served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = dict[str, str]
Alter = Callable[[str, int, Headers, bytes], "tuple[int, Headers, bytes] | None"]
"""(path, status, headers, body) → what is sent instead; None breaks the connection off."""

ALLOWED, DENIED, CONDITIONAL = "isrc:GBAYE0601498", "isrc:GBAYE0601499", "isrc:GBAYE0601501"
UNKNOWN, BROKEN = "isrc:GBAYE0601500", "isrc:GBAYE060149"


def honest(path: str, status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
    return status, headers, body


@dataclass
class Between:
    """Stands between a registry and the world. `seen` are the requests that came: path, headers."""

    app: "WSGIApplication"
    alter: Alter = honest
    seen: list[tuple[str, Headers]] = field(default_factory=list)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.seen.append(
            (path, {n[5:].lower(): v for n, v in environ.items() if n.startswith("HTTP_")})
        )
        pieces, status, found = run_wsgi_app(self.app, environ, buffered=True)
        headers = {name.lower(): value for name, value in found}
        altered = self.alter(path, int(status.split()[0]), headers, b"".join(pieces))
        if altered is None:
            start_response("200 OK", [("Content-Length", "1000000")])
            return [b"{"]
        code, headers, body = altered
        headers.setdefault("content-length", str(len(body)))
        start_response(f"{code} Altered", list(headers.items()))
        return [body]


@dataclass
class World:
    """A served registry, whoever is between, and a platform's client of it."""

    served: Served
    between: Between

    @contextmanager
    def altering(self, alter: Alter) -> Iterator[None]:
        self.between.alter = alter
        try:
            yield
        finally:
            self.between.alter = honest

    @property
    def log_key(self) -> str:
        registry = self.served.registry
        return vkey(registry.place.origin, registry.signers()[KeyPurpose.LOG].public.raw)

    @contextmanager
    def lying(self, change: Callable[[dict[str, Any]], Any]) -> Iterator[None]:
        """The registry itself answers falsely: what `change` made of an answer is signed with its own key."""

        def alter(
            path: str, status: int, headers: Headers, body: bytes
        ) -> tuple[int, Headers, bytes]:
            if path != "/v1/verify" or status != 200:
                return status, headers, body
            members = json.loads(body)
            altered = json.dumps(change(members) or members).encode()
            asked = self.between.seen[-1][1]
            signature = request_signature(
                {name: asked[name.replace("-", "_")] for name in ("signature", "signature-input")}
            )
            signer = self.served.registry.signers()[KeyPurpose.ANSWERS]
            signed = sign_response(
                200,
                headers["content-type"],
                altered,
                request_method="POST",
                target_uri=self.served.url + path,
                request_signature=signature,
                signer=signer,
                keyid=signer.kid,
                created=self.served.clock() // 1000,
            )
            return 200, {"content-type": headers["content-type"], **signed}, altered

        with self.altering(alter):
            yield

    def options(self, asker: str, more: dict[str, Any]) -> dict[str, Any]:
        self.served.platform(asker)
        return {"clock": self.served.clock, "retries": 0, **more}

    def client(self, policy: str = "permission", asker: str = "P", **more: Any) -> Registry:
        options = self.options(asker, more)
        options.setdefault("pause", lambda seconds: None)
        return Registry(self.served.url, self.served.keys[asker], policy, **options)

    def async_client(self, policy: str = "permission", **more: Any) -> AsyncRegistry:
        options = self.options("P", more)
        return AsyncRegistry(self.served.url, self.served.keys["P"], policy, **options)

    def grow(self, entries: int) -> None:
        """Something happens that the questions do not touch."""
        for number in range(entries):
            self.served.desk.rightsholder(f"bystander {len(self.served.desk.names)} {number}")


@contextmanager
def world(folder: Path, **settings: str) -> Iterator[World]:
    """ALLOWED, DENIED and CONDITIONAL for generative training are registered; UNKNOWN is not, BROKEN cannot be."""
    made: list[Between] = []

    def around(app: "WSGIApplication") -> "WSGIApplication":
        made.append(Between(app))
        return made[0]

    with served(folder, f"sqlite:///{folder / 'registry.sqlite'}", around, **settings) as running:
        for identifier, wish in (
            (ALLOWED, "allow"),
            (DENIED, "deny"),
            (CONDITIONAL, "conditional"),
        ):
            work = running.work(identifier)
            running.prove(work, identifier)
            running.declare({"work": work["id"]}, generative_training=wish)
        running.settle()
        yield World(running, made[0])
