"""Role × endpoint × owner: every route is really called by everybody, and answers as the table of permissions says.

A route of a token needs a line in CALLS: how its owner calls it for real. Without one the first test fails.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from registry.api.permissions import PEOPLE, PERMISSIONS, Who
from registry.services.issue_query_key import issue_query_key
from registry.services.open_account import issue_token, revoke_token
from registry.services.register_platform import add_platform_key, register_platform
from registry.signing.keys import generate
from registry.worker.imports import run_import
from tests.api.client_assertions import assertion, fields
from tests.api.served import STEWARD, Served, served

Body = dict[str, Any] | None


@dataclass(frozen=True)
class Call:
    """How Ada calls a route on what is hers. `foreign`: what Ben gets for the same call."""

    method: str
    prepare: Callable[[Served], tuple[str, Body]]
    foreign: frozenset[int] = frozenset({403, 404})


def fixed(path: str, body: Body = None) -> Callable[[Served], tuple[str, Body]]:
    return lambda world: (path, body)


def of_a_work(path: str, body: Body = None) -> Callable[[Served], tuple[str, Body]]:
    def prepare(world: Served) -> tuple[str, Body]:
        return path.format(id=world.work()["id"], isrc=world.isrc()), body

    return prepare


def _new_work(world: Served) -> tuple[str, Body]:
    return "/v1/works", {
        "title": "Song",
        "kind": "recording",
        "role": "recording",
        "identifiers": [world.isrc()],
        "rightsholder": world.rightsholder,
    }


def _more_identifiers(world: Served) -> tuple[str, Body]:
    return f"/v1/works/{world.work()['id']}/identifiers", {"identifiers": [world.isrc()]}


def _less_identifiers(world: Served) -> tuple[str, Body]:
    work = world.work()
    return f"/v1/works/{work['id']}/identifiers/{work['identifiers'][0]}", None


def _new_link(world: Served) -> tuple[str, Body]:
    return f"/v1/works/{world.work()['id']}/links", {"kind": "embodies", "to": world.work()["id"]}


def _link(world: Served) -> str:
    path, body = _new_link(world)
    return str(world.call("POST", path, body).json()["id"])


def _location(world: Served) -> str:
    body = {"url": f"https://music.example/{world.isrc()[5:]}/"}
    return str(world.call("POST", "/v1/locations", body).json()["id"])


def _new_location(world: Served) -> tuple[str, Body]:
    url = f"https://music.example/{world.isrc()[5:]}/"
    return "/v1/locations", {"url": url, "rightsholder": world.rightsholder}


def _new_declaration(world: Served) -> tuple[str, Body]:
    return "/v1/declarations", {"subject": {"work": world.work()["id"]}, "preset": "no-ai"}


def _withdrawal(world: Served) -> tuple[str, Body]:
    return f"/v1/declarations/{world.declared(world.work()['id'])['id']}/withdraw", None


def _cancellation(world: Served) -> tuple[str, Body]:
    path, _ = _less_identifiers(world)
    return f"/v1/loosenings/{world.call('DELETE', path).json()['id']}/cancel", None


def _own_claim(world: Served) -> tuple[str, Body]:
    return f"/v1/works/{world.work()['id']}/claims", {
        "role": "performance",
        "inside": "mine",
        "rightsholder": world.rightsholder,
    }


def _prove(world: Served) -> tuple[str, Body]:
    location = world.call("GET", f"/v1/locations/{_location(world)}").json()
    return f"/v1/claims/{location['claim']['id']}/prove", None


def _import(world: Served) -> str:
    row = {"title": "Song", "isrc": world.isrc()}
    return str(world.call("POST", "/v1/imports", row).json()["id"])


def _new_import(world: Served) -> tuple[str, Body]:
    row = {"title": "Song", "isrc": world.isrc()}
    return f"/v1/imports?rightsholder={world.rightsholder}", row


def _rejected(world: Served) -> tuple[str, Body]:
    id = _import(world)
    world.call("POST", f"/v1/imports/{id}/start", {"dry_run": True})
    with world.registry.reading() as uow:
        job = uow.jobs.of("import", id)
    assert job is not None
    run_import(world.registry, job)
    return f"/v1/imports/{id}/rejected", None


OWN_LIST = frozenset({200})
CALLS: dict[str, Call] = {
    "works.post_work": Call("POST", _new_work),
    "works.get_works": Call("GET", fixed("/v1/works"), OWN_LIST),
    "works.get_work": Call("GET", of_a_work("/v1/works/{id}")),
    "works.post_identifiers": Call("POST", _more_identifiers),
    "works.delete_identifier": Call("DELETE", _less_identifiers),
    "works.post_claim": Call("POST", _own_claim),
    "imports.post_import": Call("POST", _new_import),
    "imports.get_imports": Call("GET", fixed("/v1/imports"), OWN_LIST),
    "imports.get_import": Call("GET", lambda w: (f"/v1/imports/{_import(w)}", None)),
    "imports.post_start": Call("POST", lambda w: (f"/v1/imports/{_import(w)}/start", {})),
    "imports.post_cancel": Call("POST", lambda w: (f"/v1/imports/{_import(w)}/cancel", None)),
    "imports.get_rejected": Call("GET", _rejected),
    "links.post_link": Call("POST", _new_link),
    "links.post_confirmation": Call("POST", lambda w: (f"/v1/links/{_link(w)}/confirm", None)),
    "links.delete_link": Call("DELETE", lambda w: (f"/v1/links/{_link(w)}", None)),
    "locations.post_location": Call("POST", _new_location),
    "locations.get_locations": Call("GET", fixed("/v1/locations"), OWN_LIST),
    "locations.get_location": Call("GET", lambda w: (f"/v1/locations/{_location(w)}", None)),
    "declarations.post_declaration": Call("POST", _new_declaration),
    "declarations.get_declarations": Call("GET", fixed("/v1/declarations"), OWN_LIST),
    "declarations.post_withdrawal": Call("POST", _withdrawal),
    "lookups.get_lookups": Call("GET", fixed("/v1/me/lookups"), OWN_LIST),
    "loosenings.get_loosenings": Call("GET", fixed("/v1/loosenings"), OWN_LIST),
    "loosenings.post_cancellation": Call("POST", _cancellation),
    "claims.post_proof": Call("POST", _prove),
}
OF_TOKENS = sorted(name for name, who in PERMISSIONS.items() if who is Who.TOKEN)
OPEN = (Who.EVERYONE, Who.PLATFORM_OR_FEW)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("roles")
    with served(folder, REGISTRY_RATE_ANONYMOUS="0", REGISTRY_RATE_TOKEN="0") as world:
        yield world


@pytest.fixture(scope="module")
def nobodys(world: Served) -> dict[str, dict[str, str]]:
    """What is sent by those who are nobody to a route of tokens."""
    with world.registry.writing() as ledger:
        token, revoked = issue_token(ledger, world.rightsholder, "old", STEWARD)
    with world.registry.writing() as ledger:
        revoke_token(ledger, token.id, STEWARD)
    return {
        "anonymous": {},
        "revoked token": {"authorization": f"Bearer {revoked}"},
        "made-up token": {"authorization": "Bearer crt_" + "x" * 43},
        "metrics token": {"authorization": "Bearer " + "0" * 32},
        "basic": {"authorization": "Basic YTpi"},
        "token twice": {"authorization": f"Bearer {world.token}, Bearer {world.token}"},
    }


def test_every_route_of_a_token_is_called_here() -> None:
    missing = sorted(set(OF_TOKENS) - CALLS.keys())
    assert not missing, f"say in CALLS how to call {missing}"


@pytest.mark.parametrize("endpoint", OF_TOKENS)
def test_what_needs_a_token_is_its_owners_alone(
    world: Served, nobodys: dict[str, dict[str, str]], endpoint: str
) -> None:
    call = CALLS[endpoint]
    path, body = call.prepare(world)
    size = world.root()[0]
    for who, headers in nobodys.items():
        refused = world.http.request(call.method, path, json=body, headers=headers)
        assert refused.status_code == 401, (who, endpoint)
    as_platform = world.http.request(
        call.method, path, headers={**world.signed(call.method, path)}, json=body
    )
    assert as_platform.status_code == 401, "a signature is no token"

    foreign = world.call(call.method, path, body, token=world.other_token)
    assert foreign.status_code in call.foreign, (endpoint, foreign.text)
    if foreign.status_code == 200:
        (listed,) = [value for value in foreign.json().values() if isinstance(value, list)]
        assert listed == [], "Ben sees what is Ada's"
    assert world.root()[0] == size, "somebody else's try was logged"

    own = world.call(call.method, path, body)
    assert own.headers["cache-control"] == "no-store"
    assert own.status_code in (200, 201, 202), (endpoint, own.text)


def _paths(world: Served, endpoint: str) -> Iterator[tuple[str, str]]:
    record = world.declared(world.work()["id"])["record"]["id"].rpartition("/")[2]
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint == endpoint:
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<path:{argument}>", record).replace(f"<{argument}>", record)
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                yield method, path


@pytest.mark.parametrize(
    "endpoint", sorted(name for name, who in PERMISSIONS.items() if who in OPEN)
)
def test_what_is_everyones_answers_everybody_alike(
    world: Served, nobodys: dict[str, dict[str, str]], endpoint: str
) -> None:
    for method, path in _paths(world, endpoint):
        replies = {
            who: world.http.request(method, path, headers=headers).status_code
            for who, headers in {
                **nobodys,
                "owner": {"authorization": f"Bearer {world.token}"},
                "other": {"authorization": f"Bearer {world.other_token}"},
                "platform": world.signed(method, path) if method in ("GET", "POST") else {},
            }.items()
        }
        if PERMISSIONS[endpoint] is Who.PLATFORM_OR_FEW:  # an access token that does not hold
            assert replies.pop("metrics token") == 401
        assert len(set(replies.values())) == 1, (method, path, replies)
        status = replies["anonymous"]
        assert status not in (401, 403), (method, path)
        assert status < 500, (method, path)


QUESTION = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'
PLAIN = {"content-type": "application/json"}


def test_a_question_is_answered_to_a_platform_that_signed_it_and_to_nobody_else(
    world: Served, nobodys: dict[str, dict[str, str]]
) -> None:
    assert [name for name, who in PERMISSIONS.items() if who is Who.PLATFORM] == [
        "questions.post_question"
    ]
    for headers in (*nobodys.values(), {"authorization": f"Bearer {world.token}"}):
        assert world.send(QUESTION, {**PLAIN, **headers}).status_code == 401
    assert world.ask_raw(QUESTION, signer=generate()).json()["code"] == "key-unknown"
    assert world.ask_raw(QUESTION).status_code == 200


def _webhook(world: Served, path: str) -> str:
    """This path under a webhook of the platform's."""
    body = b'{"url":"https://tunes.example/hook"}'
    made = world.http.post(
        "/v1/webhooks", content=body, headers=world.signed("POST", "/v1/webhooks", body)
    )
    return f"/v1/webhooks/{made.json()['id']}{path}"


def _ask(world: Served) -> str:
    """The proof of the newest question that the platform asked."""
    world.ask(world.isrc())
    world.app.extensions["consent-registry"].registry.asks.catch_up()
    path = "/v1/asks?limit=1000"
    asked = world.http.get(path, headers=world.signed("GET", path)).json()["asks"]
    return f"/v1/asks/{asked[-1]['id']}/proof"


PLATFORMS_OWN: dict[str, tuple[str, Callable[[Served], str]]] = {
    "changes.get_changes": ("GET", lambda world: "/v1/changes"),
    "asks.get_asks": ("GET", lambda world: "/v1/asks"),
    "asks.get_ask_proof": ("GET", _ask),
    "own_account.get_failed_signatures": ("GET", lambda world: "/v1/me/failed-signatures"),
    "own_account.get_answers": ("GET", lambda world: "/v1/me/answers"),
    "webhooks.post_webhook": ("POST", lambda world: "/v1/webhooks"),
    "webhooks.get_webhooks": ("GET", lambda world: "/v1/webhooks"),
    "webhooks.delete_one": ("DELETE", lambda world: _webhook(world, "")),
    "webhooks.post_test": ("POST", lambda world: _webhook(world, "/test")),
    "webhooks.get_dead_letters": ("GET", lambda world: _webhook(world, "/dead-letters")),
    "webhooks.post_replay": ("POST", lambda world: _webhook(world, "/replay")),
}
ANYBODYS = (
    "changes.get_changes",
    "asks.get_asks",
    "own_account.get_failed_signatures",
    "own_account.get_answers",
    "webhooks.get_webhooks",
    "webhooks.post_webhook",
)
"""What every platform may do: it sees or makes its own."""


def test_every_route_of_a_platforms_own_is_called_here() -> None:
    own = {name for name, who in PERMISSIONS.items() if who is Who.PLATFORM_OWN}
    missing = sorted(own - PLATFORMS_OWN.keys())
    assert not missing, f"say in PLATFORMS_OWN how to call {missing}"


@pytest.mark.parametrize("endpoint", sorted(PLATFORMS_OWN))
def test_what_is_a_platforms_own_is_for_it_alone_signed_or_where_it_reads_with_an_access_token(
    world: Served, nobodys: dict[str, dict[str, str]], endpoint: str
) -> None:
    method, prepare = PLATFORMS_OWN[endpoint]
    path = prepare(world)
    body = b'{"url":"https://tunes.example/roles"}' if endpoint == "webhooks.post_webhook" else b""

    def called(headers: dict[str, str]) -> int:
        typed = {**headers, **(PLAIN if body else {})}
        return world.http.request(method, path, content=body, headers=typed).status_code

    for headers in (*nobodys.values(), {"authorization": f"Bearer {world.token}"}):
        assert called(headers) == 401, (endpoint, headers)
    assert called(world.signed(method, path, body, signer=generate())) == 401
    foreign = generate()
    with world.registry.writing() as ledger:
        other = register_platform(ledger, "Others", "Others Inc.", STEWARD)
        add_platform_key(ledger, other, foreign.public.jwk, STEWARD)
    status = called(world.signed(method, path, body, signer=foreign))
    assert status == 404 or (endpoint in ANYBODYS and status < 300)
    granted = world.http.post("/oauth/token", data=fields(assertion(world))).json()
    with_token = {"authorization": f"Bearer {granted['access_token']}"}
    assert called(with_token) in ((200, 409) if method == "GET" else (403,))
    assert called(world.signed(method, path, body)) in (200, 201, 202, 409)


def test_an_unknown_key_is_not_answered_as_if_it_had_not_signed(world: Served) -> None:
    path = "/v1/verify?usage=search&id=isrc:USRC17607839"
    assert world.http.get(path).status_code == 200
    assert world.http.get(path, headers=world.signed("GET", path)).status_code == 200
    stranger = world.signed("GET", path, signer=generate())
    assert world.http.get(path, headers=stranger).json()["code"] == "key-unknown"


def test_an_access_token_is_given_to_a_platform_that_signed_for_it_and_to_nobody_else(
    world: Served, nobodys: dict[str, dict[str, str]]
) -> None:
    assert [name for name, who in PERMISSIONS.items() if who is Who.CLIENT] == ["oauth.post_token"]
    path, nothing = "/oauth/token", {"grant_type": "client_credentials"}
    owner = {"authorization": f"Bearer {world.token}"}
    for headers in (*nobodys.values(), owner, world.signed("POST", path, b"")):
        for form in (nothing, fields(assertion(world, signer=generate()))):
            refused = world.http.post(path, data=form, headers=headers)
            assert refused.status_code in (400, 401), headers
            assert "access_token" not in refused.json()
    assert world.http.post(path, data=fields(assertion(world))).status_code == 200


def test_what_is_for_operators_is_for_no_token_and_no_platform(
    world: Served, nobodys: dict[str, dict[str, str]]
) -> None:
    names = [name for name, who in PERMISSIONS.items() if who is Who.OPERATOR]
    assert names
    for name in names:
        for method, path in _paths(world, name):
            assert world.http.request(method, path).status_code == 200
            for headers in (
                *nobodys.values(),
                {"authorization": f"Bearer {world.token}"},
                world.signed("GET", path),
            ):
                from_outside = {**headers, "x-forwarded-for": "203.0.113.7"}
                refused = world.http.request(method, path, headers=from_outside)
                assert refused.status_code == 403, (name, headers)


def test_what_takes_a_plain_key_takes_nothing_else(
    world: Served, nobodys: dict[str, dict[str, str]]
) -> None:
    names = [name for name, who in PERMISSIONS.items() if who is Who.QUERY_KEY]
    assert names == ["opt_out_queries.post_lines"]
    with world.registry.writing() as ledger:
        _, key = issue_query_key(ledger, world.platform, "loader", STEWARD)
    plain, path = {"content-type": "text/plain"}, "/api/v2/query/urls"
    for headers in (
        *nobodys.values(),
        {"authorization": f"Bearer {world.token}"},
        {"authorization": f"API {world.token}"},
        {"authorization": f"Bearer {key}"},
        world.signed("POST", path, b"x"),
    ):
        assert world.http.post(path, content="x", headers={**headers, **plain}).status_code == 401
    known = {**plain, "authorization": f"API {key}"}
    assert world.http.post(path, content="x", headers=known).status_code == 200


def test_every_decision_is_put_to_the_test_above() -> None:
    tested = {*OPEN, Who.TOKEN, Who.PLATFORM, Who.CLIENT, Who.QUERY_KEY, Who.OPERATOR}
    # what is for people is put to the tests in test_people.py
    assert set(PERMISSIONS.values()) <= {*tested, Who.PLATFORM_OWN, *PEOPLE}
