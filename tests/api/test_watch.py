"""One line a request, with an id, and nothing in it of works, people or secrets."""

import io
import json

import pytest
from flask import request
from werkzeug.test import Client

from registry.api.watch import network_of
from registry.logs import open_log
from tests.api.served import served


def written_from_here_on(world, monkeypatch):
    """A look at what is logged from here on."""
    afterwards, stream = world.app.wsgi_app.afterwards, io.StringIO()
    afterwards.catch_up()
    monkeypatch.setattr(afterwards, "_log", open_log("debug", stream, world.clock))

    def written():
        afterwards.catch_up()
        return stream.getvalue()

    return written


@pytest.fixture
def lines(world, monkeypatch):
    """What is logged from here on, line by line."""
    written = written_from_here_on(world, monkeypatch)
    return lambda: [json.loads(line) for line in written().splitlines()]


def test_a_question_is_one_line_with_who_asked_and_how_much(world, lines):
    world.ask("isrc:USRC17607839", "isrc:USRC17607840", usage="search")
    (line,) = [each for each in lines() if each["endpoint"] == "questions.post_question"]
    assert line.pop("at").endswith("Z")
    assert line.pop("ms") > 0
    assert line.pop("request")
    assert line == {
        "level": "info",
        "event": "request",
        "endpoint": "questions.post_question",
        "method": "POST",
        "status": 200,
        "platform": world.platform,
        "items": 2,
        "network": "127.0.0.0/24",
    }


def test_the_reply_bears_the_id_of_its_line_and_no_two_are_alike(world, lines):
    ids = [
        world.http.get(path).headers["x-request-id"] for path in ("/healthz", "/nope", "/v1/works")
    ]
    assert [line["request"] for line in lines()] == ids
    assert len(set(ids)) == 3


def test_what_is_refused_says_by_which_problem(world, lines):
    world.http.post("/v1/verify", json={})
    world.http.get("/v1/works")
    world.http.get("/nope")
    assert [(line["endpoint"], line["status"], line["problem"]) for line in lines()] == [
        ("questions.post_question", 401, "signature-missing"),
        ("works.get_works", 401, "unauthenticated"),
        ("none", 404, "not-found"),
    ]


def test_a_fault_is_written_with_its_places_and_without_its_words(world, lines, monkeypatch):
    def broken(*_, **__):
        raise LookupError("Ada <Lovelace> is missing")

    monkeypatch.setattr("registry.api.answering.answer_within", broken)
    reply = world.ask_raw(b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}')
    fault, request = lines()
    assert (fault["event"], fault["level"]) == ("fault", "error")
    assert fault["request"] == request["request"] == reply.headers["x-request-id"]
    assert fault["error"][0]["kind"] == "builtins.LookupError"
    assert fault["error"][0]["at"][-1].endswith(" broken")
    assert "Ada" not in json.dumps(fault)


def test_nothing_personal_or_secret_is_ever_written(tmp_path, monkeypatch):
    """Every route is called with known things in every place; then the lines are searched for them."""
    with served(tmp_path) as world:
        written_so_far = written_from_here_on(world, monkeypatch)
        known = {
            "title": "Zaubersong Unerhört",
            "identifier": "GBAYE0609999",
            "name": "Ada <Lovelace>",
            "contact": "privat@kuenstlerin.example",
            "path": "geheimpfad",
            "query": "geheimfrage",
            "run": "geheimlauf",
            "key": "geheimschluessel",
            "cookie": "geheimkeks",
            "agent": "Geheimagent",
            "address": "203.0.113.77",
        }
        _use_everything(world, known)
        _break_things(world, known, monkeypatch)
        written = written_so_far()
    assert written.count("\n") > 100
    assert {"info", "error"} <= {json.loads(line)["level"] for line in written.splitlines()}
    secrets_of_the_world = [world.token, world.other_token, world.token[4:20]]
    for thing in [*known.values(), *secrets_of_the_world]:
        assert thing not in written, thing
        assert json.dumps(thing)[1:-1] not in written, thing
    assert "203.0.113.0/24" in written


def _use_everything(world, known):
    fields = {
        "Cookie": f"session={known['cookie']}",
        "User-Agent": known["agent"],
        "Idempotency-Key": known["key"],
        "X-Request-Id": known["key"],
    }
    work = world.work(f"isrc:{known['identifier']}", title=known["title"])
    location = world.call(
        "POST", "/v1/locations", {"url": f"https://music.example/{known['path']}/"}
    ).json()
    preference = {"preference": "conditional", "contact": f"mailto:{known['contact']}"}
    record = world.declared(work["id"], preferences={"generative-training": preference})
    world.ask(f"isrc:{known['identifier']}", run=known["run"])
    world.http.get(f"/v1/verify?usage=search&id=isrc:{known['identifier']}&ref={known['query']}")
    ids = [work["id"], location["id"], record["id"], known["path"]]
    # straight to the application, so that the address can be one that a person might have
    client = Client(world.app)
    for rule in world.app.url_map.iter_rules():
        for id in ids if rule.arguments else [""]:
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<path:{argument}>", id).replace(f"<{argument}>", id)
            for method in sorted((rule.methods or set()) - {"HEAD"}):
                for authorization in (f"Bearer {world.token}", f"Basic {known['key']}", ""):
                    client.open(
                        path,
                        method=method,
                        query_string={"q": known["query"], "id": known["identifier"]},
                        json={"title": known["title"], "name": known["name"], "n": known["path"]},
                        headers={**fields, "Authorization": authorization},
                        environ_overrides={"REMOTE_ADDR": known["address"]},
                    )


def _break_things(world, known, monkeypatch):
    def broken(*_, **__):
        hidden = known["title"]
        raise LookupError(f"{hidden} {known['name']} {world.token}")

    with monkeypatch.context() as patch:
        patch.setattr("registry.api.answering.answer_within", broken)
        patch.setattr("registry.api.works.register_work", broken)
        question = {"usage": "search", "items": [{"identifiers": [known["identifier"]]}]}
        assert world.ask_raw(json.dumps(question).encode()).status_code == 500
        body = {
            "title": known["title"],
            "kind": "recording",
            "role": "recording",
            "identifiers": [f"isrc:{known['identifier']}"],
        }
        assert world.call("POST", "/v1/works", body).status_code == 500


def test_a_token_is_written_by_its_id_and_never_by_its_secret(world, lines):
    world.call("GET", "/v1/works")
    world.call("GET", "/v1/works", token=world.token[:-1] + "x")
    shown, refused = lines()
    with world.registry.reading() as uow:
        (token,) = uow.tokens.of(world.rightsholder)
    assert shown["token"] == token.id
    assert "token" not in refused


def test_behind_tls_the_application_knows_that_it_is(tmp_path):
    """The proxy speaks plain HTTP to us; the public address says what visitors speak."""
    from registry.app import create_app
    from registry.settings import Settings

    environ = {"REGISTRY_VAR": str(tmp_path), "REGISTRY_PUBLIC_URL": "https://r.example"}
    app = create_app(Settings.from_environ(environ))
    with app.test_client() as client:
        client.get("/healthz")
        assert request.is_secure
    app.extensions["consent-registry"].registry.close()


def test_of_an_address_only_the_network_is_kept():
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2:3::4") == "2001:db8:1::/48"
    assert network_of("<script>") == ""
