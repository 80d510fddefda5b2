"""Independent clients in another language: OAuth 2 by oauth4webapi, RFC 9421 by two npm packages.

They read the system's clock, so the registry here goes by it too.
"""

import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.services.register_platform import add_platform_key
from registry.signing import base64url
from registry.signing.keys import MemorySigner
from tests.api.client_assertions import QUESTION
from tests.api.served import STEWARD, MovableClock, Served, served
from tests.outside_programs import NODE_PARTNERS, PROGRAMS

pytestmark = pytest.mark.needs("node partners")


class SystemClock(MovableClock):
    """The system's, for clients that look there."""

    @property
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    @now.setter
    def now(self, at: int) -> None:
        """It is not for us to set."""

    def __call__(self) -> int:
        return self.now


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("node"), SystemClock()) as world:
        yield world


def fresh_key(world: Served, kind: str) -> dict[str, Any]:
    """{"kid", "jwk": private} of a key that the platform registers now."""
    if kind == "Ed25519":
        private = Ed25519PrivateKey.generate()
        signer, secret = MemorySigner(private), private.private_bytes_raw()
    else:
        curve = ec.generate_private_key(ec.SECP256R1())
        signer, secret = MemorySigner(curve), curve.private_numbers().private_value.to_bytes(32)
    with world.registry.writing() as ledger:
        add_platform_key(ledger, world.platform, signer.public.jwk, STEWARD)
    return {"kid": signer.kid, "jwk": {**signer.public.jwk, "d": base64url.encode(secret)}}


def run(script: str, given: dict[str, Any]) -> Any:
    done = subprocess.run(
        [PROGRAMS["node partners"].path(), str(NODE_PARTNERS / script)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["Ed25519", "P-256"])
def test_oauth4webapi_finds_the_way_gets_a_token_asks_and_verifies_it(
    world: Served, kind: str
) -> None:
    seen = run(
        "oauth.mjs",
        {
            **fresh_key(world, kind),
            "issuer": world.url,
            "client": world.platform,
            "skew": 0,
            "question": QUESTION.decode(),
        },
    )
    assert seen["address"] == world.url + "/.well-known/oauth-protected-resource/v1/verify"
    assert seen["resource"] == world.url + "/v1/verify"
    assert (seen["type"], seen["status"]) == ("bearer", 200)
    assert seen["answer"]["platform"] == world.platform
    assert seen["claims"]["client_id"] == seen["claims"]["sub"] == world.platform
    assert seen["claims"]["aud"] == world.url
    assert seen["scopeError"] == "invalid_scope"


@pytest.mark.parametrize(
    ("package", "kind"),
    [
        ("http-message-signatures", "Ed25519"),
        ("http-message-signatures", "P-256"),
        ("http-message-sig", "Ed25519"),
    ],
)
def test_two_packages_sign_questions_that_we_verify_and_verify_the_answers_that_we_sign(
    world: Served, package: str, kind: str
) -> None:
    keys = world.http.get("/.well-known/http-message-signatures-directory").json()["keys"]
    seen = run(
        "signatures.mjs",
        {
            **fresh_key(world, kind),
            "with": package,
            "url": world.url + "/v1/verify",
            "body": QUESTION.decode(),
            "answerKeys": keys,
            "now": time.time_ns() // 1_000_000,
            "nonce": secrets.token_urlsafe(12),
        },
    )
    assert seen["status"] == 200, seen["body"]
    assert json.loads(seen["body"])["platform"] == world.platform
    assert seen["digestHolds"]
    for verifier, found in seen["seen"].items():
        assert found == {
            "whole": True,
            "digest": False,
            "status": False,
            "question": False,
        }, verifier
