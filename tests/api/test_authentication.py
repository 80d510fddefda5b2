"""Signed requests: what is bad, stale, replayed, weakly covered or wrongly keyed is a 401 that says so."""

import os
import secrets
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx2
import pytest

from registry.services.register_platform import add_platform_key, revoke_platform_key
from registry.signing.content_digest import content_digest
from registry.signing.http_signature import sign_request
from registry.signing.keys import generate
from registry.signing.signature_fields import byte_sequence, params_text, signature_base
from tests.api.served import STEWARD, MovableClock, served
from tests.house.tree import ROOT
from tests.lost_nonces import lose

BODY = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'


def code(response: httpx2.Response) -> str:
    assert response.status_code == 401, response.text
    assert "results" not in response.json()
    return response.json()["code"]


def hand_signed(world, values, **params):
    """Header fields with a valid signature over exactly these components."""
    signer = world.platform_signer
    created = world.clock.now // 1000
    given = {
        "created": created,
        "expires": created + 300,
        "nonce": secrets.token_urlsafe(16),
        "keyid": signer.kid,
        "tag": "consent-registry",
    } | params
    text = params_text(values, {name: value for name, value in given.items() if value is not None})
    return {
        "content-type": "application/json",
        "content-digest": content_digest(BODY),
        "signature-input": f"sig1={text}",
        "signature": f"sig1={byte_sequence(signer.sign(signature_base(values.items(), text)))}",
    }


def components(world):
    return {
        '"@method"': "POST",
        '"@target-uri"': world.url + "/v1/verify",
        '"content-type"': "application/json",
        '"content-digest"': content_digest(BODY),
    }


def test_a_signature_over_everything_needed_is_accepted(world):
    assert world.send(BODY, hand_signed(world, components(world))).status_code == 200


@pytest.mark.parametrize(
    "dropped", ['"@method"', '"@target-uri"', '"content-type"', '"content-digest"']
)
def test_a_signature_that_leaves_a_component_out_is_refused_by_name(world, dropped):
    values = components(world)
    del values[dropped]
    response = world.send(BODY, hand_signed(world, values))
    assert code(response) == "signature-undercovered"
    assert response.json()["field"] == dropped.strip('"')


@pytest.mark.parametrize("name", ["created", "expires", "nonce", "keyid"])
def test_a_signature_without_a_parameter_is_refused_by_name(world, name):
    assert (
        code(world.send(BODY, hand_signed(world, components(world), **{name: None})))
        == f"{name}-missing"
    )


def test_a_signature_for_something_else_is_refused(world):
    assert (
        code(world.send(BODY, hand_signed(world, components(world), tag="another"))) == "tag-wrong"
    )
    longer = world.clock.now // 1000 + 301
    assert (
        code(world.send(BODY, hand_signed(world, components(world), expires=longer)))
        == "signature-window-too-long"
    )
    assert (
        code(world.send(BODY, hand_signed(world, components(world), alg="ecdsa-p256-sha256")))
        == "signature-algorithm"
    )


def test_another_body_under_a_good_signature_is_refused(world):
    headers = world.signed("POST", "/v1/verify", BODY)
    assert code(world.send(BODY.replace(b"search", b"ai-input"), headers)) == "digest-mismatch"


def test_a_signature_for_another_place_is_refused_whatever_the_host_header_says(world):
    headers = world.signed("POST", "/v1/verify", BODY, target="https://elsewhere.example/v1/verify")
    assert code(world.send(BODY, headers)) == "signature-invalid"
    assert (
        code(
            world.send(
                BODY,
                headers | {"host": "elsewhere.example", "x-forwarded-host": "elsewhere.example"},
            )
        )
        == "signature-invalid"
    )


def test_the_host_header_plays_no_part(world):
    headers = world.signed("POST", "/v1/verify", BODY) | {"host": "elsewhere.example"}
    assert world.send(BODY, headers).status_code == 200


def test_the_query_is_part_of_what_was_signed(world):
    headers = world.signed("POST", "/v1/verify", BODY)
    assert code(world.send(BODY, headers, path="/v1/verify?evidence=none")) == "signature-invalid"


def test_a_forged_signature_is_refused(world):
    headers = world.signed("POST", "/v1/verify", BODY)
    assert (
        code(world.send(BODY, headers | {"signature": f"sig1={byte_sequence(bytes(64))}"}))
        == "signature-invalid"
    )
    assert code(world.send(BODY, headers | {"signature": "sig1=broken"})) == "signature-malformed"
    without = {name: value for name, value in headers.items() if name != "signature"}
    assert code(world.send(BODY, without)) == "signature-missing"


@pytest.mark.parametrize(("ahead", "expected"), [(29, None), (32, "signature-not-yet-valid")])
def test_a_clock_ahead_of_ours_is_borne_for_thirty_seconds(world, ahead, expected):
    response = world.ask_raw(BODY, created=world.clock.now // 1000 + ahead)
    assert response.status_code == 200 if expected is None else code(response) == expected


@pytest.mark.parametrize(("behind", "expected"), [(329, None), (331 + 1, "signature-expired")])
def test_a_signature_expires_thirty_seconds_late(world, behind, expected):
    response = world.ask_raw(BODY, created=world.clock.now // 1000 - behind)
    assert response.status_code == 200 if expected is None else code(response) == expected


def test_a_request_sent_twice_is_answered_once(world):
    headers = world.signed("POST", "/v1/verify", BODY)
    assert world.send(BODY, headers).status_code == 200
    again = world.send(BODY, headers)
    assert (code(again), again.json()["field"]) == ("nonce-replayed", "nonce")


def test_a_refused_request_does_not_spend_its_nonce(world):
    headers = world.signed("POST", "/v1/verify", BODY)
    forged = headers | {"signature": f"sig1={byte_sequence(bytes(64))}"}
    assert code(world.send(BODY, forged)) == "signature-invalid"
    assert world.send(BODY, headers).status_code == 200


def test_the_same_nonce_under_another_key_is_another_nonce(world):
    other = generate("ES256")
    with world.registry.writing() as ledger:
        add_platform_key(ledger, world.platform, other.public.jwk, STEWARD)
    assert world.ask_raw(BODY, nonce="shared").status_code == 200
    assert world.ask_raw(BODY, nonce="shared", signer=other).status_code == 200
    assert code(world.ask_raw(BODY, nonce="shared", signer=other)) == "nonce-replayed"


def test_a_key_is_refused_from_the_moment_of_its_revocation(world):
    signer = generate()
    with world.registry.writing() as ledger:
        add_platform_key(ledger, world.platform, signer.public.jwk, STEWARD)
    assert world.ask_raw(BODY, signer=signer).status_code == 200
    with world.registry.writing() as ledger:
        revoke_platform_key(ledger, signer.kid, STEWARD)
    assert code(world.ask_raw(BODY, signer=signer)) == "key-revoked"


def test_a_keyid_of_another_platform_does_not_help(world):
    assert (
        code(world.ask_raw(BODY, signer=generate(), keyid=world.platform_signer.kid))
        == "signature-invalid"
    )


def test_after_a_loss_of_the_nonces_what_may_have_been_sent_before_is_refused(tmp_path):
    clock = MovableClock()
    with served(tmp_path, clock) as first:
        signer = first.platform_signer
        clock.now += 10_000
        # by a clock that is ahead as far as is borne
        early = {"created": clock.now // 1000 + 20}
        assert first.ask_raw(BODY, **early).status_code == 200
    for lost in tmp_path.glob("nonces.*"):
        lost.unlink()
    with served(tmp_path, clock) as second:
        created = clock.now // 1000
        refused = second.ask_raw(BODY, signer=signer, created=created + 20)
        assert (code(refused), refused.json()["field"]) == ("signature-before-nonces", "created")
        clock.now += 32_000
        assert second.ask_raw(BODY, signer=signer).status_code == 200


def test_without_the_store_of_nonces_nothing_is_answered(tmp_path):
    with served(tmp_path) as world:
        lose(world.app.extensions["consent-registry"].registry.nonces)
        response = world.ask_raw(BODY)
        assert (response.status_code, response.json()["code"]) == (503, "unavailable")
        assert response.headers["retry-after"]
        assert "results" not in response.json()


def test_of_a_request_replayed_in_parallel_to_two_servers_exactly_one_passes(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as a, socket.create_server(("127.0.0.1", 0)) as b:
        ports = [a.getsockname()[1], b.getsockname()[1]]
    with served(tmp_path, MovableClock(time.time_ns() // 1_000_000)) as world, ExitStack() as stack:
        environ = {
            **os.environ,
            "REGISTRY_VAR": str(tmp_path),
            "REGISTRY_PUBLIC_URL": world.url,
        }
        environ.pop("PORT", None)
        clients = []
        for port in ports:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "granian",
                    "--interface",
                    "wsgi",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "--no-ws",
                    "--log-level",
                    "critical",
                    "wsgi:app",
                ],
                cwd=ROOT,
                env=environ,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            clients.append(
                stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60))
            )
        for client in clients:
            _until_ready(client)
        pool = stack.enter_context(ThreadPoolExecutor(8))
        for _ in range(10):
            headers = {
                "content-type": "application/json",
                **sign_request(
                    "POST",
                    world.url + "/v1/verify",
                    BODY,
                    "application/json",
                    world.platform_signer,
                    keyid=world.platform_signer.kid,
                    created=int(time.time()),
                    nonce=secrets.token_urlsafe(16),
                ),
            }
            sent = [
                pool.submit(clients[n % 2].post, "/v1/verify", content=BODY, headers=headers)
                for n in range(8)
            ]
            statuses = sorted(each.result().status_code for each in sent)
            assert statuses == [200] + [401] * 7


def _until_ready(client: httpx2.Client) -> None:
    for _ in range(1_200):  # a machine with much else to do takes its time to start a server
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server did not come up")
