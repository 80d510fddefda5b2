"""Person × route: every route that is for people is really called by a visitor, by another site, without a form's
token, with an old proof, and about what is somebody else's."""

from collections.abc import Iterator

from registry.api.permissions import PEOPLE, PERMISSIONS, Who
from tests.house.test_routes import PLACEHOLDER
from tests.house.tree import listed
from tests.web.people import HTML, ON_SQLITE, People, people

__all__ = ["people"]
pytestmark = ON_SQLITE
OWN = frozenset({Who.ACCOUNT, Who.ACCOUNT_FRESH, Who.AUDITOR})


def calls(people: People, which: frozenset[Who]) -> Iterator[tuple[str, str, Who]]:
    for rule in people.app.url_map.iter_rules():
        if PERMISSIONS[rule.endpoint] in which:
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", PLACEHOLDER).replace(f"<int:{argument}>", "1")
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, path, PERMISSIONS[rule.endpoint]


def test_a_visitor_is_led_to_sign_in_and_a_machine_refused(people: People) -> None:
    visitor, wrong = people.visitor(), []
    own = {"Origin": visitor.origin, "Sec-Fetch-Site": "same-origin"}
    for method, path, _ in calls(people, OWN):
        page = visitor.client.open(
            path, method=method, headers={**HTML, **own}, base_url=visitor.origin
        )
        if page.status_code != 303 or not page.headers["Location"].startswith("/account/sign-in"):
            wrong.append(f"{method} {path}: {page.status_code}")
        machine = visitor.client.open(path, method=method, headers=own, base_url=visitor.origin)
        if machine.status_code != 401:
            wrong.append(f"{method} {path} as a machine: {machine.status_code}")
    assert not wrong, listed(wrong)


def test_no_form_is_taken_from_another_site_or_without_its_token(people: People) -> None:
    ada, wrong = people.sign_in("Ada"), []
    own = {"Origin": ada.origin, "Sec-Fetch-Site": "same-origin"}
    for method, path, who in calls(people, PEOPLE):
        if method == "GET":
            continue
        tries = [{}, {"Origin": "https://evil.example"}, {**own, "Sec-Fetch-Site": "cross-site"}]
        tries += [own] if who in OWN else []
        for headers in tries:
            reply = ada.client.open(
                path, method=method, headers={**HTML, **headers}, base_url=ada.origin
            )
            if reply.status_code != 403:
                wrong.append(f"{method} {path} {headers}: {reply.status_code}")
    assert not wrong, listed(wrong)
    assert ada.get("/account").status_code == 200


def test_what_needs_a_fresh_proof_takes_no_old_one(people: People) -> None:
    ada, wrong = people.sign_in("Ada"), []
    people.desk.clock.forward(5 * 60_000)
    token = ada.token()
    for method, path, _ in calls(people, frozenset({Who.ACCOUNT_FRESH})):
        reply = ada.get(path) if method == "GET" else ada.post(path, token=token)
        if reply.status_code != 303 or not reply.headers["Location"].startswith("/account/prove"):
            wrong.append(f"{method} {path}: {reply.status_code}")
    assert not wrong, listed(wrong)


def test_what_is_not_there_for_somebody_is_not_found_and_breaks_nothing(people: People) -> None:
    ada, wrong = people.sign_in("Ada"), []
    token = ada.token()
    for method, path, _ in calls(people, OWN):
        if PLACEHOLDER not in path:
            continue
        reply = ada.get(path) if method == "GET" else ada.post(path, token=token)
        if reply.status_code not in (404, 422):
            wrong.append(f"{method} {path}: {reply.status_code}")
    assert not wrong, listed(wrong)
