"""A platform proves who it is with a signed assertion; each rule that it breaks is refused by its own name."""

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import digest as hmac

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.services.register_platform import (
    add_platform_key,
    register_platform,
    revoke_platform_key,
)
from registry.signing import base64url
from registry.signing.access_token import TYP as ACCESS_TOKEN
from registry.signing.keys import generate
from tests.api.client_assertions import (
    PATH,
    QUESTION,
    ask_with,
    assertion,
    claims,
    fields,
    refused,
    send,
    token,
)
from tests.api.served import STEWARD, served
from tests.lost_nonces import lose


def check(world, text, **more):
    status, error, which = refused(send(world, fields(text, **more)))
    assert (status, error) == (400, "invalid_client")
    return which


def now(world):
    return world.clock.now // 1000


def test_an_assertion_for_the_token_endpoint_or_for_the_issuer_gets_a_token(world):
    for audience in (world.url + PATH, world.url, [world.url + PATH]):
        assert token(world, aud=audience)


def test_it_may_name_its_type_or_none_and_begin_to_count_now(world):
    assert token(world, typ="client-authentication+jwt")
    assert token(world, typ="application/JWT", nbf=now(world))
    assert token(world, iat=now(world) + 25, exp=now(world) + 300)
    head = {"alg": "Ed25519", "kid": world.platform_signer.kid}
    assert send(world, fields(by_hand(world, head))).status_code == 200


def test_a_p_256_key_signs_assertions_too(world):
    signer = generate("ES256")
    with world.registry.writing() as ledger:
        add_platform_key(ledger, world.platform, signer.public.jwk, STEWARD)
    assert token(world, signer=signer)


@pytest.mark.parametrize(
    "audience",
    [
        None,
        "",
        "https://elsewhere.example/oauth/token",
        [],
        ["{url}/oauth/token", "https://elsewhere.example"],
        "{url}/",
        "{url}/oauth/token/",
        7,
    ],
)
def test_an_assertion_for_anybody_else_is_refused(world, audience):
    text = json.dumps(audience).replace("{url}", world.url)
    assert check(world, assertion(world, aud=json.loads(text))) == "assertion-audience"


def test_an_assertion_out_of_its_time_is_refused(world):
    at = now(world)
    for changes, which in [
        ({"iat": at - 100, "exp": at - 31}, "assertion-expired"),
        ({"iat": at + 40, "exp": at + 60}, "assertion-not-yet-valid"),
        ({"nbf": at + 40}, "assertion-not-yet-valid"),
        ({"exp": at + 301}, "assertion-window-too-long"),
        ({"iat": at - 299, "exp": at + 2}, "assertion-window-too-long"),
        ({"exp": at}, "assertion-window-too-long"),
        ({"exp": None}, "assertion-malformed"),
        ({"iat": None}, "assertion-malformed"),
        ({"exp": float(at + 60)}, "assertion-malformed"),
        ({"iat": str(at)}, "assertion-malformed"),
        ({"nbf": "now"}, "assertion-malformed"),
    ]:
        assert check(world, assertion(world, **changes)) == which, changes
    assert token(world, iat=at - 60, exp=at - 20), "30 s either way"


@pytest.mark.parametrize("id", [None, "", 7, "x" * 257])
def test_an_assertion_without_an_id_of_its_own_is_refused(world, id):
    assert check(world, assertion(world, jti=id)) == "assertion-malformed"


def test_an_assertion_counts_once(world):
    text = assertion(world)
    assert send(world, fields(text)).status_code == 200
    assert check(world, text) == "assertion-replayed"
    assert check(world, assertion(world, jti=json.loads(payload_of(text))["jti"])) == (
        "assertion-replayed"
    )


def test_of_one_assertion_sent_in_parallel_exactly_one_gets_a_token(tmp_path):
    with served(tmp_path, threaded=True) as world:
        form = fields(assertion(world))

        def once(_):
            with httpx2.Client(base_url=world.url, timeout=30) as http:
                return http.post(PATH, data=form).status_code

        with ThreadPoolExecutor(8) as pool:
            found = sorted(pool.map(once, range(16)))
    assert found == [200, *[400] * 15]


def test_it_is_the_same_on_postgresql(tmp_path, fresh_database):
    with served(tmp_path, REGISTRY_DATABASE_URL=fresh_database("postgresql")) as world:
        text = assertion(world)
        given = send(world, fields(text)).json()["access_token"]
        assert ask_with(world, given).json()["platform"] == world.platform
        assert check(world, text) == "assertion-replayed"
        with world.registry.writing() as ledger:
            revoke_platform_key(ledger, world.platform_signer.kid, STEWARD)
        assert ask_with(world, given).json()["code"] == "key-revoked"
        assert check(world, assertion(world)) == "key-revoked"


def test_a_nonce_of_a_signed_request_is_no_id_of_an_assertion(world):
    assert world.ask_raw(b"{}", nonce="same").status_code != 401
    assert token(world, jti="same")


def test_an_assertion_that_was_refused_is_not_spent(world):
    at = now(world)
    assert check(world, assertion(world, jti="later", aud="x")) == "assertion-audience"
    assert token(world, jti="later", iat=at)


def payload_of(text):
    return base64url.decode(text.split(".")[1], "payload")


def by_hand(world, header, sign=None, **changes):
    """An assertion with any header, signed by the platform's key unless told otherwise."""
    parts = [json.dumps(header).encode(), json.dumps(claims(world, **changes)).encode()]
    signed = ".".join(base64url.encode(part) for part in parts)
    signature = (sign or world.platform_signer.sign)(signed.encode())
    return f"{signed}.{base64url.encode(signature)}"


def test_the_key_decides_the_algorithm_and_never_the_message(world):
    signer = world.platform_signer
    other = generate("ES256")
    pem = Ed25519PublicKey.from_public_bytes(signer.public.raw).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    secrets = [signer.public.raw, json.dumps(dict(signer.public.jwk)).encode(), pem]
    for secret in secrets:
        header = {"alg": "HS256", "kid": signer.kid}
        text = by_hand(world, header, lambda signed, key=secret: hmac(key, signed, sha256))
        assert check(world, text) == "assertion-invalid"
    for alg in ("none", "None", "", None, 7):
        for sign in (None, lambda signed: b""):
            text = by_hand(world, {"alg": alg, "kid": signer.kid}, sign)
            assert check(world, text) == "assertion-invalid"
    for sign in (None, other.sign):
        text = by_hand(world, {"alg": "ES256", "kid": signer.kid}, sign)
        assert check(world, text) == "assertion-invalid"


def test_a_key_in_the_message_is_no_key(world):
    stranger = generate()
    kid = world.platform_signer.kid
    for member in ({"jwk": dict(stranger.public.jwk)}, {"jku": "https://x.example"}, {"crit": []}):
        text = by_hand(world, {"alg": "Ed25519", "kid": kid, **member}, stranger.sign)
        assert check(world, text) == "assertion-malformed"
    for text in ("x", "a.b", "a.b.c", "e30.e30.AA", by_hand(world, {"alg": "Ed25519"})):
        assert check(world, text) == "assertion-malformed"


def test_another_key_of_the_same_name_is_refused(world):
    kid = world.platform_signer.kid
    assert check(world, assertion(world, signer=generate(), kid=kid)) == "assertion-invalid"
    text = assertion(world)
    middle = base64url.encode(payload_of(text).replace(b'"exp": ', b'"exp":  '))
    head, _, signature = text.split(".")
    assert check(world, f"{head}.{middle}.{signature}") == "assertion-invalid"


def test_a_token_or_a_record_is_no_assertion(world):
    for typ in (ACCESS_TOKEN, "vc+jwt", "answer-receipt+jwt"):
        assert check(world, assertion(world, typ=typ)) == "assertion-invalid"
    assert check(world, token(world)) == "key-unknown"


def test_who_is_named_is_whose_key_it_is(world):
    signer = generate()
    with world.registry.writing() as ledger:
        other = register_platform(ledger, "Other", "Other Inc.", STEWARD)
        add_platform_key(ledger, other, signer.public.jwk, STEWARD)
    for changes in (
        {"signer": signer},
        {"iss": other},
        {"sub": other},
        {"iss": other, "sub": other},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
    ):
        assert check(world, assertion(world, **changes)) == "assertion-client", changes
    assert check(world, assertion(world), client_id=other) == "assertion-client"
    assert token(world, signer=signer, iss=other, sub=other)


def test_the_client_id_may_be_sent_beside(world):
    form = fields(assertion(world), client_id=world.platform)
    assert send(world, form).status_code == 200


def test_an_unknown_and_a_revoked_key_are_refused(world):
    signer = generate()
    assert check(world, assertion(world, signer=signer)) == "key-unknown"
    with world.registry.writing() as ledger:
        add_platform_key(ledger, world.platform, signer.public.jwk, STEWARD)
    assert token(world, signer=signer)
    with world.registry.writing() as ledger:
        revoke_platform_key(ledger, signer.kid, STEWARD)
    assert check(world, assertion(world, signer=signer)) == "key-revoked"


def test_after_a_loss_of_the_memory_what_may_have_been_sent_before_is_refused(tmp_path):
    with served(tmp_path) as world:
        old = assertion(world, exp=now(world) + 300)
        assert send(world, fields(old)).status_code == 200
        nonces = world.app.extensions["consent-registry"].registry.nonces
        world.clock.now += 60_000
        lose(nonces)
        nonces.prepare(world.clock())
        assert check(world, old) == "assertion-before-nonces"
        assert check(world, assertion(world)) == "assertion-before-nonces"
        world.clock.now += 31_000
        assert token(world)


def test_without_the_memory_nobody_gets_a_token(tmp_path):
    with served(tmp_path) as world:
        lose(world.app.extensions["consent-registry"].registry.nonces)
        response = send(world, fields(assertion(world)))
        assert response.status_code == 503
        assert response.json()["error"] == "temporarily_unavailable"
        assert "nonces" not in response.text
        assert response.headers["retry-after"]


def test_tokens_count_toward_the_limit_of_the_platform_and_nobody_else_can_use_it_up(tmp_path):
    with served(tmp_path, REGISTRY_RATE_PLATFORM="3") as world:
        spent = assertion(world)
        assert send(world, fields(spent)).status_code == 200
        for text in [spent, assertion(world, signer=generate(), kid=world.platform_signer.kid)] * 3:
            assert send(world, fields(text)).status_code == 400
        assert token(world)
        assert world.ask_raw(QUESTION).status_code == 200
        response = send(world, fields(assertion(world)))
        assert response.status_code == 429
        assert int(response.headers["retry-after"]) <= 60
        assert refused(response)[1] == "temporarily_unavailable"
