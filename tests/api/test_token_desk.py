"""The token endpoint's forms: what RFC 6749 calls an invalid request, client, grant and scope, each by its word."""

import logging
from urllib.parse import urlencode

import pytest

from registry.api.token_desk import MOST_FIELDS, printable
from registry.api.wired import the_token_desk
from tests.api.client_assertions import PATH, TYPE, assertion, fields, refused, send
from tests.api.served import Served, served

FORM = {"content-type": "application/x-www-form-urlencoded"}


def raw(world: Served, body: str | bytes, path: str = PATH, **headers: str):
    content = body.encode() if isinstance(body, str) else body
    response = world.http.post(path, content=content, headers={**FORM, **headers})
    world.shapes.check("POST", PATH, response)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
    return response


def test_the_good_one_says_what_it_gives(world):
    response = send(world, fields(assertion(world), scope="verify"))
    assert response.status_code == 200
    members = response.json()
    assert members.pop("access_token").count(".") == 2
    assert members == {"token_type": "Bearer", "expires_in": 600, "scope": "verify"}
    assert response.headers["pragma"] == "no-cache"
    assert send(world, fields(assertion(world), unknown="x")).json()["scope"] == "verify"


def test_no_log_of_anybodys_holds_a_token_or_an_assertion(world, caplog):
    caplog.set_level(logging.DEBUG)
    text = assertion(world)
    token = send(world, fields(text)).json()["access_token"]
    send(world, fields(text))
    assert token not in caplog.text
    assert text not in caplog.text


@pytest.mark.parametrize(
    "name", ["grant_type", "client_assertion_type", "client_assertion", "scope", "x"]
)
def test_a_parameter_given_twice_is_refused(world, name):
    form = {**fields(assertion(world), scope="verify"), "x": "1"}
    body = urlencode([*form.items(), (name, form[name])])
    response = raw(world, body)
    assert refused(response)[:2] == (400, "invalid_request")
    assert "more than once" in response.json()["error_description"]


def test_a_parameter_without_a_value_counts_as_left_out(world):
    form = urlencode(
        {**fields(assertion(world)), "scope": "", "client_id": "", "client_secret": ""}
    )
    assert raw(world, form).status_code == 200
    assert refused(raw(world, "grant_type=")) == (400, "invalid_request", "")


@pytest.mark.parametrize("scope", ["write", "verify write", "Verify", "verify\twrite"])
def test_another_scope_is_refused(world, scope):
    response = send(world, fields(assertion(world), scope=scope))
    assert refused(response) == (400, "invalid_scope", "")


@pytest.mark.parametrize(
    "grant",
    [
        "authorization_code",
        "password",
        "refresh_token",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "<script>\u00e9",
    ],
)
def test_another_grant_is_refused_and_not_repeated(world, grant):
    response = send(world, {**fields(assertion(world)), "grant_type": grant})
    assert refused(response) == (400, "unsupported_grant_type", "")
    assert grant not in response.json()["error_description"]


def test_whoever_authenticates_in_no_way_or_another_way_is_refused(world):
    grant = {"grant_type": "client_credentials"}
    for more in ({}, {"client_id": world.platform}, {"client_assertion_type": TYPE}):
        assert refused(send(world, {**grant, **more})) == (400, "invalid_client", "")
    secret = {**grant, "client_id": world.platform, "client_secret": "x"}
    assert refused(send(world, secret)) == (400, "invalid_request", "")
    both = {**fields(assertion(world)), "client_secret": "x"}
    assert refused(send(world, both)) == (400, "invalid_request", "")
    for scheme, challenge in (("Basic eDp5", "Basic"), ("Bearer crt_x", "Bearer")):
        response = send(world, grant, authorization=scheme)
        assert refused(response) == (401, "invalid_client", "")
        assert response.headers["www-authenticate"] == f'{challenge} realm="consent registry"'
        response = send(world, fields(assertion(world)), authorization=scheme)
        assert refused(response) == (400, "invalid_request", "")


def test_an_assertion_of_another_type_is_refused(world):
    for type in ("urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "", "x"):
        form = {**fields(assertion(world)), "client_assertion_type": type}
        assert refused(send(world, form)) == (400, "invalid_request", "")


def test_a_body_that_is_too_large_or_no_form_is_refused(world):
    good = urlencode(fields(assertion(world)))
    assert refused(raw(world, good + "&x=" + "y" * 17_000)) == (413, "invalid_request", "")
    assert refused(raw(world, b"y" * 400_000)) == (413, "invalid_request", "")
    assert refused(raw(world, b"\xff=\xff")) == (400, "invalid_request", "")
    assert refused(raw(world, "grant_type=%FF")) == (400, "invalid_request", "")
    many = "&".join(f"x{number}=1" for number in range(MOST_FIELDS))
    assert refused(raw(world, f"{many}&{good}")) == (400, "invalid_request", "")
    for other in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        response = raw(world, good, **{"content-type": other})
        assert refused(response) == (400, "invalid_request", "")
    assert raw(world, good, **{"content-type": FORM["content-type"] + "; charset=utf-8"}).json()[
        "access_token"
    ]


def test_nothing_is_read_from_the_query(world):
    query = urlencode(fields(assertion(world)))
    assert refused(raw(world, "", f"{PATH}?{query}")) == (400, "invalid_request", "")
    assert refused(raw(world, query, f"{PATH}?x=1")) == (400, "invalid_request", "")


def test_tokens_travel_over_https_or_loopback_only(tmp_path, monkeypatch):
    monkeypatch.delenv("AUTHLIB_INSECURE_TRANSPORT", raising=False)
    public = {"REGISTRY_PUBLIC_URL": "http://registry.example"}
    with served(tmp_path, **public) as world, world.app.app_context():
        body = urlencode({"grant_type": "client_credentials"}).encode()
        reply = the_token_desk().answer(body, None)
    assert (reply.status, reply.members["error"]) == (400, "invalid_request")
    assert "https" in reply.members["error_description"]


def test_a_description_is_made_of_the_characters_that_it_may_have():
    assert printable('a "b" \\ \u00e9\n\x7f') == "a 'b' / ???"
    assert len(printable("x" * 10_000)) == 500
