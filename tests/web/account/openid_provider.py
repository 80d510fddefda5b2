"""A small OpenID Connect provider on loopback, of Flask and joserfc: it signs in whoever it is told to, and can be told
to lie in each way that a relying party has to notice."""

import hashlib
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from werkzeug.serving import make_server

from tests.outside import POLL_SECONDS, free_port
from tests.registries import MovedClock

CLIENT, SECRET = "the registry", "p&ss:word"


@dataclass
class OpenIdProvider:
    """`person`: the claims of whoever signs in. `lies`: claims put in last. `key`, `alg`: what it signs with."""

    issuer: str
    clock: MovedClock
    person: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    alg: str = "ES256"
    stranger: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def metadata(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorize(self) -> Any:
        asked = request.args.to_dict()
        self.asked.append(asked)
        code = f"code-{len(self.asked)}"
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return redirect(f"{asked['redirect_uri']}?{urlencode(back)}")

    def token(self) -> Any:
        form, who = request.form, request.authorization
        asked = self.codes.pop(form["code"], None)
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        good = (
            asked is not None
            and who is not None
            and (who.username, who.password) == ("the%20registry", "p%26ss%3Aword")
            and form["redirect_uri"] == asked["redirect_uri"]
            and urlsafe_b64encode(challenge).decode().rstrip("=") == asked["code_challenge"]
        )
        if not good or asked is None:
            return {"error": "invalid_grant"}, 400
        now = self.clock() // 1000
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        return {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": self.signed({**claims, **self.person, **self.lies}),
        }

    def signed(self, claims: dict[str, Any]) -> str:
        if self.alg == "none":
            parts = [b'{"alg":"none","kid":"1"}', json.dumps(claims).encode()]
            return ".".join(urlsafe_b64encode(each).decode().rstrip("=") for each in parts) + "."
        key = ECKey.generate_key("P-256", {"kid": "1"}) if self.stranger else self.key
        if self.alg == "HS256":
            key = OctKey.import_key(str(self.key.as_dict(private=False)["x"]))
        return jwt.encode({"alg": self.alg, "kid": "1"}, claims, key, algorithms=[self.alg])

    def keys(self) -> Any:
        return {"keys": [self.key.as_dict(private=False)]}


@contextmanager
def openid_provider(clock: MovedClock) -> Iterator[OpenIdProvider]:
    """Serves one until the end of the block."""
    port = free_port()
    provider = OpenIdProvider(f"http://127.0.0.1:{port}", clock)
    app = Flask("provider")
    app.add_url_rule("/.well-known/openid-configuration", "metadata", provider.metadata)
    app.add_url_rule("/authorize", "authorize", provider.authorize)
    app.add_url_rule("/token", "token", provider.token, methods=["POST"])
    app.add_url_rule("/keys", "keys", provider.keys)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
