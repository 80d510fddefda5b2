"""The lane and the view of the same path give the same answers, header fields and problems."""

import io
import json
import re

import pytest
from werkzeug.test import Client, EnvironBuilder

from registry.api.answering import MOST_QUESTION_BYTES
from registry.signing.keys import generate

GOOD = (
    b'{"usage":"search","run":"r",'
    b'"items":[{"identifiers":["isrc:USRC17607839"],"ref":"a"},{"identifiers":["isrc:x"]}]}'
)
MOVING = {"answered_at", "valid_until"}


def through(application, body, headers, path="/v1/verify", **options):
    builder = EnvironBuilder(path, method="POST", data=body, headers=headers, **options)
    response = Client(application).open(builder)
    members = None
    if "json" in response.content_type:
        members = {name: value for name, value in response.json.items() if name not in MOVING}
        if "detail" in members:
            members["detail"] = re.sub('nonce="[^"]*"', "nonce", members["detail"])
    fields = {name for name, _ in response.headers}
    return response.status_code, response.content_type, fields, members


@pytest.fixture
def both(world):
    """The lane, and the view behind it; neither with the watch around it."""
    lane = world.app.wsgi_app._app
    return lane, lane._app


@pytest.mark.parametrize(
    ("body", "path", "signing"),
    [
        (GOOD, "/v1/verify", {}),
        (GOOD, "/v1/verify?evidence=none", {}),
        (GOOD, "/v1/verify?why=1", {}),
        (GOOD, "/v1/verify?why=" + "1" * 20_000, {}),
        (GOOD, "/v1/verify", {"created": 1}),
        (GOOD, "/v1/verify", {"target": "https://elsewhere.example/v1/verify"}),
        (GOOD, "/v1/verify", {"signer": generate()}),
        (b"{", "/v1/verify", {}),
        (b'{"usage":"x","items":[{"identifiers":["isrc:x"]}]}', "/v1/verify", {}),
        (b'{"usage":"search","items":[{"identifiers":[]},3]}', "/v1/verify", {}),
    ],
)
def test_both_answer_alike(world, both, body, path, signing):
    signing.setdefault("created", world.clock.now // 1000)
    by_lane, by_view = (
        through(app, body, world.signed("POST", path, body, **signing), path) for app in both
    )
    assert by_lane == by_view


def test_both_refuse_alike_what_is_not_signed_or_not_json_or_too_large(world, both):
    for body, headers in [
        (GOOD, {"content-type": "application/json"}),
        (GOOD, {**world.signed("POST", "/v1/verify", GOOD), "content-type": "text/plain"}),
        (b"x" * (MOST_QUESTION_BYTES + 1), {"content-type": "application/json"}),
        (b"", {"content-type": "application/json"}),
        (GOOD, {"content-type": "application/json", "x-long": "a" * 20_000}),
    ]:
        by_lane, by_view = (through(app, body, headers) for app in both)
        assert by_lane == by_view
        assert by_lane[0] in (401, 413, 415, 431)


def test_a_fault_of_ours_is_told_alike(world, both, monkeypatch):
    def broken(*_, **__):
        raise LookupError("secret")

    monkeypatch.setattr("registry.api.answering.answer_within", broken)
    by_lane, by_view = (
        through(app, GOOD, world.signed("POST", "/v1/verify", GOOD)) for app in both
    )
    assert by_lane == by_view
    assert by_lane[0] == 500
    assert "secret" not in json.dumps(by_lane[3])


def test_a_body_that_breaks_off_is_no_question(world):
    environ = EnvironBuilder(
        "/v1/verify", method="POST", data=GOOD, headers=world.signed("POST", "/v1/verify", GOOD)
    ).get_environ()
    environ["wsgi.input"] = io.BytesIO(GOOD[:-1])
    sent = []
    body = b"".join(world.app.wsgi_app(environ, lambda status, headers: sent.append(status)))
    assert sent == ["503 Service Unavailable"]
    assert b"results" not in body


def test_a_field_of_another_spelling_stands_in_no_fields_place(world, both):
    """Where a server hands on `Content_Type` too, it has the name of `Content-Type` in PEP 3333's spelling."""
    environ = EnvironBuilder(
        "/v1/verify", method="POST", data=GOOD, headers=world.signed("POST", "/v1/verify", GOOD)
    ).get_environ()
    environ["HTTP_CONTENT_TYPE"] = "text/plain"
    environ["HTTP_CONTENT_LENGTH"] = "3"
    sent = []
    both[0](environ, lambda status, headers: sent.append(status))
    assert sent == ["200 OK"]


def test_a_question_of_the_usual_form_goes_the_short_way_and_is_answered_alike(
    world, both, monkeypatch
):
    by_view = through(both[1], GOOD, world.signed("POST", "/v1/verify", GOOD))

    def not_taken(*_):
        raise AssertionError("the long way")

    monkeypatch.setattr("registry.api.answering.Desk.answer", not_taken)
    headers = world.signed("POST", "/v1/verify", GOOD)
    assert through(both[0], GOOD, headers) == by_view
    assert by_view[0] == 200
    again = through(both[0], GOOD, headers)
    assert again[0] == 401
    assert again[3]["code"] == "nonce-replayed"
    monkeypatch.undo()
    assert through(both[1], GOOD, headers) == again


@pytest.mark.parametrize(
    "unusual",
    [
        {"accept": "application/answer-receipt+jwt"},
        {"content-encoding": "identity"},
        {"content-encoding": "gzip"},
    ],
)
def test_what_is_asked_for_otherwise_goes_the_long_way(world, both, unusual, monkeypatch):
    def not_taken(*_):
        raise AssertionError("the short way")

    monkeypatch.setattr("registry.api.answering.Desk.answer_usual", not_taken)
    by_lane, by_view = (
        through(app, GOOD, {**world.signed("POST", "/v1/verify", GOOD), **unusual}) for app in both
    )
    assert by_lane[:3] == by_view[:3]
    assert by_lane[0] in (200, 400, 415, 422)


def test_a_key_that_is_unknown_or_was_revoked_is_refused_alike(world, both):
    stranger = generate()
    by_lane, by_view = (
        through(app, GOOD, world.signed("POST", "/v1/verify", GOOD, signer=stranger))
        for app in both
    )
    assert by_lane == by_view
    assert by_lane[3]["code"] == "key-unknown"
