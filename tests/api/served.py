"""A registry served over real HTTP for the tests, with a rightsholder, a platform, and a clock to be moved.

Every answer that comes back is held against `/openapi.json`, whichever test asked.
"""

import json
import secrets
import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from jsonschema import Draft202012Validator
from werkzeug.serving import WSGIRequestHandler, make_server

from registry.api.openapi import operations_by_endpoint
from registry.app import create_app
from registry.bootstrap import open_registry
from registry.client.published import PublishedKeys
from registry.client.verify import Exchange, verify_answer, verify_checkpoint
from registry.services.actor import Actor
from registry.services.open_account import issue_token, register_rightsholder
from registry.services.register_platform import add_platform_key, register_platform
from registry.settings import Settings
from registry.signing.http_signature import request_signature, sign_request, verify_response
from registry.signing.keys import generate
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import (
    ENTRIES,
    Tile,
    append_leaves,
    decode_bundle,
    root_hash,
    tile_width,
    tiles_of,
)
from tests.outside import POLL_SECONDS

STEWARD = Actor("alice", "steward")
START = 1_795_000_000_000
HOUR = 3_600_000
PAGES = (
    *("pages.", "web.", "account.", "platform.", "begin.", "my_works.", "asked.", "say."),
    *("inbox.", "catalogue.", "audit.", "api-docs."),
)
"""How the endpoints of pages begin, which the description of the API leaves out."""


class MovableClock:
    """A clock that goes one millisecond a look, and where it is told to."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        self.now += 1
        return self.now


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Says nothing."""


class Served:
    """One served registry, and hands to use it with."""

    def __init__(self, settings: Settings, clock: MovableClock, app: Any) -> None:
        self.settings, self.clock, self.app = settings, clock, app
        self.url = settings.public_url
        self.registry = open_registry(settings, clock)
        self.http = httpx2.Client(base_url=self.url, timeout=30)
        self.platform_signer = generate()
        with self.registry.writing() as ledger:
            self.rightsholder = register_rightsholder(ledger, "Ada <Lovelace>", STEWARD)
            self.other_rightsholder = register_rightsholder(ledger, "Ben", STEWARD)
            _, self.token = issue_token(ledger, self.rightsholder, "test", STEWARD)
            _, self.other_token = issue_token(ledger, self.other_rightsholder, "test", STEWARD)
            self.platform = register_platform(ledger, "Tunes", "Tunes Inc.", STEWARD)
            add_platform_key(ledger, self.platform, self.platform_signer.public.jwk, STEWARD)
        spec = app.test_client().get("/openapi.json").get_json()
        self.shapes = _Shapes(spec, operations_by_endpoint(app))
        self._isrcs = 0

    # -- as an artist --

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = "", **headers: str
    ) -> httpx2.Response:
        """A call with a token (Ada's; None for none), held against the description."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            fields["authorization"] = f"Bearer {token or self.token}"
        response = self.http.request(method, path, json=body, headers=fields)
        self.shapes.check(method, path, response)
        return response

    def isrc(self) -> str:
        """A fresh one."""
        self._isrcs += 1
        return f"isrc:GBAYE06{self._isrcs:05d}"

    def work(self, *identifiers: str, token: str = "", **members: Any) -> dict[str, Any]:
        """A registered recording."""
        body = {
            "title": "Song",
            "kind": "recording",
            "role": "recording",
            "identifiers": list(identifiers) or [self.isrc()],
            "embodies": "mine",
            **members,
        }
        response = self.call("POST", "/v1/works", body, token=token)
        assert response.status_code == 201, response.text
        return response.json()

    def declared(self, work: str, **members: Any) -> dict[str, Any]:
        """A declaration on a work: no-ai, unless told otherwise."""
        body = {"subject": {"work": work}, **(members or {"preset": "no-ai"})}
        response = self.call("POST", "/v1/declarations", body)
        assert response.status_code == 201, response.text
        return response.json()

    # -- as a platform --

    def signed(self, method: str, path: str, body: bytes = b"", **options: Any) -> dict[str, str]:
        """The header fields of a signed request."""
        signer = options.pop("signer", self.platform_signer)
        return {
            **({"content-type": "application/json"} if body else {}),
            **sign_request(
                method,
                options.pop("target", self.url + path),
                body,
                "application/json" if body else None,
                signer,
                keyid=options.pop("keyid", signer.kid),
                created=options.pop("created", self.clock.now // 1000),
                nonce=options.pop("nonce", secrets.token_urlsafe(16)),
                **options,
            ),
        }

    def send(
        self, body: bytes, headers: dict[str, str], *, path: str = "/v1/verify"
    ) -> httpx2.Response:
        response = self.http.post(path, content=body, headers=headers)
        self.shapes.check("POST", path, response)
        return response

    def ask_raw(self, body: bytes, *, path: str = "/v1/verify", **options: Any) -> httpx2.Response:
        """A signed POST of these bytes."""
        accept = options.pop("accept", None)
        headers = self.signed("POST", path, body, **options)
        return self.send(body, {**headers, **({"accept": accept} if accept else {})}, path=path)

    def ask(self, *items: Any, usage: str = "generative-training", **members: Any) -> Any:
        """The verified answer to a signed question about these items (a text is one identifier)."""
        path = members.pop("path", "/v1/verify")
        asked = [{"identifiers": [each]} if isinstance(each, str) else each for each in items]
        body = json.dumps({"usage": usage, "items": asked, **members}).encode()
        headers = self.signed("POST", path, body)
        response = self.send(body, headers, path=path)
        assert response.status_code == 200, response.text
        self.verify("POST", path, headers, body, response)
        return response.json()

    def verify(
        self, method: str, path: str, sent: dict[str, str], body: bytes, response: httpx2.Response
    ) -> None:
        """Holds an answer against the published keys, as a partner does. Raises: VerificationFailed."""
        exchange = Exchange(
            method,
            self.url + path,
            sent,
            body,
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            response.content,
        )
        verify_answer(exchange, self.published(), now=self.clock.now // 1000)

    def verify_get(self, path: str, sent: dict[str, str], response: httpx2.Response) -> None:
        """The same for a GET; unsigned where nothing signed was sent. Raises: VerificationFailed."""
        verify_response(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            request_method="GET",
            target_uri=self.url + path,
            request_signature=request_signature(sent) if sent else None,
            find_key=self.published().finder(),
            now=self.clock.now // 1000,
        )

    def published(self) -> PublishedKeys:
        return PublishedKeys.read(self.http.get("/.well-known/did.json").content)

    def verify_log(self) -> int:
        """Fetches every tile and bundle as an auditor does; they must lead to the checkpoint's root."""
        description = self.http.get("/.well-known/consent-registry").json()
        note = self.http.get("/log/checkpoint").text
        checkpoint = verify_checkpoint(note, description["log"]["vkey"])
        size, leaves = checkpoint.size, []
        for index in range(-(-size // 256)):
            path = Tile(ENTRIES, index, tile_width(ENTRIES, index, size)).path
            leaves += [
                leaf_hash(each) for each in decode_bundle(self.http.get(f"/log/{path}").content)
            ]
        assert len(leaves) == size
        kept: dict[tuple[int, int], bytes] = {}
        for tile in tiles_of(size):
            kept[tile.level, tile.index] = self.http.get(f"/log/{tile.path}").content
        assert kept == append_leaves(0, leaves, _Tiles(kept))
        assert root_hash(size, _Tiles(kept)) == checkpoint.root
        return size

    def root(self) -> tuple[int, bytes]:
        """Size and root of the served checkpoint."""
        _, size, root = self.http.get("/log/checkpoint").text.split("\n")[:3]
        return int(size), b64decode(root)


class _Tiles:
    def __init__(self, kept: dict[tuple[int, int], bytes]) -> None:
        self._kept = kept

    def read_tile(self, level: int, index: int) -> bytes:
        return self._kept[level, index]


class _Shapes:
    """Replies held against the description."""

    def __init__(self, spec: dict[str, Any], endpoints: dict[tuple[str, str], str]) -> None:
        self.spec = spec
        self._paths = [(path.split("/"), path) for path, _ in endpoints]

    def check(self, method: str, path: str, response: httpx2.Response) -> None:
        content_type = response.headers.get("content-type", "").partition(";")[0]
        described = self.spec["paths"].get(self._template(path.partition("?")[0]))
        if described is None or "json" not in content_type:
            return
        replies = described[method.lower()]["responses"] if method.lower() in described else {}
        reply = replies.get(
            str(response.status_code), {"$ref": "#/components/responses/DEFAULT_ERROR"}
        )
        if "$ref" in reply:
            reply = self.spec["components"]["responses"][reply["$ref"].rpartition("/")[2]]
        schema = reply["content"][content_type]["schema"]
        whole = {**schema, "components": self.spec["components"]}
        errors = [
            error.message for error in Draft202012Validator(whole).iter_errors(response.json())
        ]
        assert not errors, (method, path, errors[:3], response.text[:500])

    def _template(self, path: str) -> str:
        parts = path.split("/")
        for pattern, template in self._paths:
            if len(pattern) == len(parts) and all(
                given == part or part.startswith("{")
                for given, part in zip(parts, pattern, strict=True)
            ):
                return template
        return path


@contextmanager
def served(
    var: Path, clock: MovableClock | None = None, *, threaded: bool = False, **environ: str
) -> Iterator[Served]:
    """A registry served on a port of its own until the block ends."""
    clock = clock or MovableClock()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = Settings.from_environ(
            {
                "REGISTRY_VAR": str(var),
                "PORT": str(listener.getsockname()[1]),
                **environ,
            }
        )
        prepared = open_registry(settings, clock)
        prepared.prepare()
        prepared.close()
        app = create_app(settings, clock)
        server = make_server(
            "127.0.0.1", 0, app, threaded=threaded, request_handler=_Quiet, fd=listener.fileno()
        )
        thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        thread.start()
        world = Served(settings, clock, app)
        try:
            yield world
        finally:
            world.http.close()
            server.shutdown()
            thread.join()
            server.server_close()
            world.registry.close()
            app.extensions["consent-registry"].registry.close()
