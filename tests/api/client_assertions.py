"""Assertions and tokens for the tests: what a platform without signed requests sends, good by default, and bent."""

import json
import secrets
from typing import Any

import httpx2

from registry.signing.jws import sign_jws
from registry.signing.keys import Signer
from tests.api.served import Served

PATH = "/oauth/token"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
QUESTION = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'
QUERY = "/v1/verify?usage=search&id=isrc:USRC17607839"


def claims(world: Served, **changes: Any) -> dict[str, Any]:
    """A good assertion's claims, with changes; None leaves one out."""
    now = world.clock.now // 1000
    good = {
        "iss": world.platform,
        "sub": world.platform,
        "aud": world.url + PATH,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_urlsafe(16),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def assertion(
    world: Served,
    *,
    signer: Signer | None = None,
    kid: str | None = None,
    typ: str = "JWT",
    **changes: Any,
) -> str:
    """A signed assertion: the world's platform's, unless told otherwise."""
    signer = signer or world.platform_signer
    payload = json.dumps(claims(world, **changes)).encode()
    return sign_jws(payload, typ=typ, kid=kid or signer.kid, signer=signer)


def fields(text: str, **more: str) -> dict[str, str]:
    """A token request's form."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": text,
        **more,
    }


def send(world: Served, form: dict[str, Any], **headers: str) -> httpx2.Response:
    """A token request, held against the description."""
    response = world.http.post(PATH, data=form, headers=headers)
    world.shapes.check("POST", PATH, response)
    assert response.headers["cache-control"] == "no-store"
    return response


def token(world: Served, **options: Any) -> str:
    """A fresh access token."""
    response = send(world, fields(assertion(world, **options)))
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def ask_with(world: Served, text: str, **headers: str) -> httpx2.Response:
    """A question with this token; its answer is held against the description."""
    return world.send(QUESTION, {"content-type": "application/json", **bearer(text), **headers})


def refused(response: httpx2.Response) -> tuple[int, str, str]:
    """(status, error, which check failed) of a token request that got none."""
    members = response.json()
    assert "access_token" not in members
    words = members["error_description"]
    assert all(" " <= each <= "~" and each not in '"\\' for each in words)
    check = members.get("error_uri", "").rpartition("/")[2]
    return response.status_code, members["error"], check
