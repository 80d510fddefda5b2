"""Questions with an access token: answered as the platform's own, under the same policy, until the token fails."""

import io
import json
import secrets
from dataclasses import replace

import pytest

from registry.api.access_tokens import shown_token
from registry.services.actor import Actor
from registry.services.keep_keys import report_compromise, rotate_key
from registry.services.register_platform import (
    add_platform_key,
    register_platform,
    revoke_platform_key,
)
from registry.signing import base64url
from registry.signing.access_token import AccessToken, sign_access_token
from registry.signing.content_digest import content_digest
from registry.signing.http_signature import verify_response
from registry.signing.jws import sign_jws
from registry.signing.keys import KeyPurpose, generate
from tests.api.client_assertions import QUERY, QUESTION, ask_with, assertion, bearer, token
from tests.api.served import STEWARD, served
from tests.api.test_watch import written_from_here_on


def check(world, text):
    """By which problem a question with this token is refused; POST and GET alike."""
    posted = ask_with(world, text)
    gotten = world.http.get(QUERY, headers=bearer(text))
    for response in (posted, gotten):
        assert response.status_code == 401, response.text
        assert "results" not in response.json()
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["www-authenticate"] == (
            f'Bearer error="invalid_token", resource_metadata="{world.url}'
            '/.well-known/oauth-protected-resource/v1/verify"'
        )
    assert posted.json()["code"] == gotten.json()["code"]
    return posted.json()["code"]


def hand_made(world, **changes):
    """A token that the registry itself might have given, with changes."""
    now = world.clock.now // 1000
    good = AccessToken(
        issuer=world.url,
        audience=world.url,
        client=world.platform,
        client_kid=world.platform_signer.kid,
        scope="verify",
        issued_at=now,
        expires=now + 600,
        id=secrets.token_urlsafe(8),
    )
    return replace(good, **changes)


def signed(world, made):
    return sign_access_token(made, world.registry.signers()[KeyPurpose.TOKENS])


def test_an_answer_is_to_the_platform_and_bound_to_the_questions_digest(world):
    text = token(world)
    response = ask_with(world, text)
    assert response.status_code == 200
    assert response.json()["platform"] == world.platform
    assert response.json()["question_digest"] == content_digest(QUESTION)
    assert '"signature";req' not in response.headers["signature-input"]
    verify_response(
        status=200,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.content,
        request_method="POST",
        target_uri=world.url + "/v1/verify",
        request_signature=None,
        find_key=world.published().finder(),
        now=world.clock.now // 1000,
    )
    gotten = world.http.get(QUERY, headers=bearer(text))
    assert gotten.json()["platform"] == world.platform
    world.verify_get(QUERY, {}, gotten)


def test_a_token_serves_many_questions_and_any_spelling_of_bearer(world):
    text = token(world)
    for scheme in ("Bearer", "bearer", "BEARER"):
        response = world.http.get(QUERY, headers={"authorization": f"{scheme} {text}"})
        assert response.json()["platform"] == world.platform


def test_what_was_said_to_the_platform_by_name_is_told_to_its_token(tmp_path):
    with served(tmp_path) as world:
        isrc = world.isrc()
        work = world.work(isrc)["id"]
        world.declared(work, preferences={"search": "deny"}, grantee=world.platform)
        query = f"/v1/verify?usage=search&id={isrc}"
        as_platform = world.http.get(query, headers=bearer(token(world))).json()["results"][0]
        as_nobody = world.http.get(query).json()["results"][0]
        signed_one = world.http.get(query, headers=world.signed("GET", query)).json()["results"][0]
        assert as_platform == signed_one
        assert as_platform["evidence"][0]["grantee"] == world.platform
        assert as_nobody["evidence"][0]["grantee"] is None


def test_the_answer_comes_as_a_receipt_too(world):
    response = ask_with(world, token(world), accept="application/answer-receipt+jwt")
    assert response.headers["content-type"] == "application/answer-receipt+jwt"


def test_questions_with_a_token_count_toward_the_platforms_limit(tmp_path):
    with served(tmp_path, REGISTRY_RATE_PLATFORM="3") as world:
        text = token(world)
        assert '"platform";r=1' in ask_with(world, text).headers["ratelimit"]
        assert world.ask_raw(QUESTION).status_code == 200
        assert ask_with(world, text).status_code == 429
        assert world.http.get(QUERY, headers=bearer(text)).status_code == 429
        assert world.http.get(QUERY).status_code == 200, "nobody's limit is another"


def test_its_line_in_the_log_says_which_platform_and_nothing_of_the_token(world, monkeypatch):
    written = written_from_here_on(world, monkeypatch)
    proof = assertion(world, jti="unmistakable")
    text = token(world)
    ask_with(world, text)
    ask_with(world, text + "x")
    lines = [json.loads(line) for line in written().splitlines()]
    asked = [line for line in lines if line["endpoint"] == "questions.post_question"]
    assert [line.get("platform") for line in asked] == [world.platform, None]
    assert asked[1]["problem"] == "token-refused"
    (given,) = [line for line in lines if line["endpoint"] == "oauth.post_token"]
    assert given["platform"] == world.platform
    for secret in (text, text.split(".")[1], proof, "unmistakable", world.platform_signer.kid):
        assert secret not in written()


def test_a_token_ends_on_time(tmp_path):
    with served(tmp_path, REGISTRY_ACCESS_TOKEN_SECONDS="60") as world:
        text = token(world)
        world.clock.now += 58_000
        assert ask_with(world, text).status_code == 200
        world.clock.now += 2_000
        assert check(world, text) == "token-expired"


def test_a_token_stops_with_the_key_that_got_it_from_the_next_question_on(tmp_path):
    with served(tmp_path) as world:
        signer = generate()
        with world.registry.writing() as ledger:
            add_platform_key(ledger, world.platform, signer.public.jwk, STEWARD)
        by_new, by_old = token(world, signer=signer), token(world)
        with world.registry.writing() as ledger:
            revoke_platform_key(ledger, signer.kid, STEWARD)
        assert check(world, by_new) == "key-revoked"
        assert ask_with(world, by_old).status_code == 200, "the other key stands"


def test_a_token_of_another_registry_is_refused(world, tmp_path):
    with served(tmp_path) as other:
        assert check(world, token(other)) == "token-refused"


def test_what_the_registry_would_not_have_given_is_refused(world):
    now = world.clock.now // 1000
    stranger = generate()
    with world.registry.writing() as ledger:
        another = register_platform(ledger, "Another", "Another Inc.", STEWARD)
    for changes in (
        {"issuer": "https://elsewhere.example"},
        {"audience": "https://elsewhere.example"},
        {"audience": world.url + "/v1/verify"},
        {"scope": ""},
        {"scope": "verify2 admin"},
        {"client": another},
        {"client_kid": stranger.kid},
        {"issued_at": now + 40},
        {"expires": now + 3601},
        {"issued_at": now + 5, "expires": now + 5},
    ):
        made = hand_made(world, **changes)
        assert check(world, signed(world, made)) == "token-refused", changes
    assert ask_with(world, signed(world, hand_made(world))).status_code == 200


def test_only_the_registrys_key_for_tokens_signs_tokens(world):
    made = hand_made(world)
    signers = world.registry.signers()
    for purpose in KeyPurpose:
        status = ask_with(world, sign_access_token(made, signers[purpose])).status_code
        assert status == (200 if purpose is KeyPurpose.TOKENS else 401)
    assert check(world, sign_access_token(made, world.platform_signer)) == "token-refused"


@pytest.mark.parametrize(
    "typ", ["JWT", "vc+jwt", "answer-receipt+jwt", "client-authentication+jwt"]
)
def test_what_is_not_typed_as_an_access_token_is_none(world, typ):
    signer = world.registry.signers()[KeyPurpose.TOKENS]
    _, payload, _ = signed(world, hand_made(world)).split(".")
    text = sign_jws(base64url.decode(payload, "x"), typ=typ, kid=signer.kid, signer=signer)
    assert check(world, text) == "token-refused"


def test_a_token_without_a_type_is_none(world):
    signer = world.registry.signers()[KeyPurpose.TOKENS]
    _, payload, _ = signed(world, hand_made(world)).split(".")
    for header in ({}, {"typ": None}, {"typ": ["at+jwt"]}, {"typ": ""}):
        head = json.dumps({"alg": signer.algorithm, "kid": signer.kid, **header}).encode()
        text = f"{base64url.encode(head)}.{payload}"
        text = f"{text}.{base64url.encode(signer.sign(text.encode()))}"
        assert check(world, text) == "token-refused"


def test_an_assertion_and_a_receipt_open_nothing(world):
    receipt = ask_with(world, token(world), accept="application/answer-receipt+jwt").text
    for text in (assertion(world), receipt, "x", "a.b.c", "x" * 5000, token(world)[:-1]):
        assert check(world, text) == "token-refused"


def test_a_token_is_never_answered_as_if_it_had_not_been_shown(world):
    assert world.http.get(QUERY).status_code == 200
    assert check(world, "0" * 32) == "token-refused"


def test_a_personal_token_says_nothing_in_a_question(world):
    response = world.http.get(QUERY, headers=bearer(world.token))
    assert response.status_code == 200
    assert response.json()["platform"] is None
    assert world.send(QUESTION, {"content-type": "application/json", **bearer(world.token)}).json()[
        "code"
    ] == ("signature-missing")


def test_an_access_token_is_no_personal_token(world):
    response = world.call("GET", "/v1/works", token=token(world))
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


def test_a_token_beside_a_signature_is_refused(world):
    headers = world.signed("POST", "/v1/verify", QUESTION)
    response = world.send(QUESTION, {**headers, **bearer(token(world))})
    assert (response.status_code, response.json()["code"]) == (401, "token-and-signature")
    assert world.send(QUESTION, headers).status_code == 200, "and its nonce was not spent"


def test_a_question_without_either_is_told_where_tokens_are(world):
    response = world.send(QUESTION, {"content-type": "application/json"})
    assert response.headers["www-authenticate"] == (
        f'Bearer resource_metadata="{world.url}/.well-known/oauth-protected-resource/v1/verify"'
    )


def test_a_token_outlives_the_rotation_of_the_registrys_key_but_not_its_compromise(tmp_path):
    with served(tmp_path) as world:
        by = Actor("alice", "steward")
        files = world.registry.key_files
        before = token(world)
        old = world.registry.signers()[KeyPurpose.TOKENS].kid
        world.clock.now += 2_000
        with world.registry.writing() as ledger:
            rotate_key(ledger, files, KeyPurpose.TOKENS, by)
        world.clock.now += 6_000  # every process has read the keys again
        assert ask_with(world, before).status_code == 200
        after = token(world)
        assert ask_with(world, after).status_code == 200
        with world.registry.writing() as ledger:
            report_compromise(ledger, files, old, world.clock.now, by)
        world.clock.now += 6_000
        assert check(world, before) == "token-refused"
        assert ask_with(world, after).status_code == 200


def test_a_retired_key_signs_no_more_tokens(tmp_path):
    with served(tmp_path) as world:
        retired = world.registry.signers()[KeyPurpose.TOKENS]
        with world.registry.writing() as ledger:
            rotate_key(ledger, world.registry.key_files, KeyPurpose.TOKENS, STEWARD)
        world.clock.now += 10_000
        assert check(world, sign_access_token(hand_made(world), retired)) == "token-refused"


def test_the_lane_hands_tokens_to_the_view(world):
    lane = world.app.wsgi_app._app
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/v1/verify",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(QUESTION)),
        "HTTP_AUTHORIZATION": f"Bearer {token(world)}",
        "wsgi.input": io.BytesIO(QUESTION),
        "SERVER_NAME": "x",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1",
    }
    found = []
    body = b"".join(lane(environ, lambda status, headers, *_: found.append(status)))
    assert found == ["200 OK"]
    assert json.loads(body)["platform"] == world.platform


@pytest.mark.parametrize(
    ("authorization", "token"),
    [
        (None, None),
        ("", None),
        ("Basic eDp5", None),
        ("API key", None),
        ("Signature x", None),
        ("Bearer crt_x", None),
        ("Bearer a.b.c", "a.b.c"),
        ("bearer  a.b.c ", "a.b.c"),
        ("Bearer", ""),
    ],
)
def test_what_counts_as_shown(authorization, token):
    assert shown_token(authorization) == token
