"""Forms come from our own pages and from the session that sends them; visitors are led to where they sign in."""

from tests.web.people import HTML, ON_SQLITE, People

pytestmark = ON_SQLITE
SIGN_IN = {"email": "ada@people.example", "password": "x"}
CHANGE = {"name": "Eve", "language": "en"}


FOREIGN: list[dict[str, str]] = [
    {},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://registry.example"},
    {"Origin": "https://registry.example.evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://registry.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://registry.example"},
]


def test_a_form_that_another_site_sends_does_nothing(people: People) -> None:
    ada = people.sign_in("Ada")
    form = {**CHANGE, "form_token": ada.token()}
    for headers in FOREIGN:
        for path, fields in (("/account/details", form), ("/account/sign-in", SIGN_IN)):
            sent = {**HTML, **headers}
            reply = ada.client.post(path, data=fields, headers=sent, base_url=ada.origin)
            assert reply.status_code == 403, headers
            assert "nothing was done" in reply.text
    assert ada.account.name == "Ada"


def test_a_form_without_its_sessions_token_does_nothing(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    for token in ("", "x", eve.token()):
        assert ada.post("/account/details", CHANGE, token=token).status_code == 403
    assert ada.account.name == "Ada"
    assert ada.post("/account/details", CHANGE).status_code == 303
    assert ada.account.name == "Eve"


def test_what_is_for_somebody_leads_a_visitor_to_sign_in_and_refuses_a_machine(
    people: People,
) -> None:
    visitor = people.visitor()
    page = visitor.get("/account/sessions?x=1")
    assert (page.status_code, page.headers["Location"]) == (
        303,
        "/account/sign-in?next=/account/sessions%3Fx%3D1",
    )
    assert page.headers["Cache-Control"] == "no-store"
    machine = visitor.get("/account/sessions", Accept="application/json")
    assert (machine.status_code, machine.get_json()["code"]) == (401, "unauthenticated")


def test_pages_of_an_account_are_kept_by_no_cache(people: People) -> None:
    ada = people.sign_in("Ada")
    for path in ("/account", "/account/sessions", "/account/details", "/account/password"):
        assert ada.get(path).headers["Cache-Control"] == "no-store"


def test_a_page_sends_its_origin_with_our_own_forms_and_no_path_to_others(people: People) -> None:
    assert people.visitor().get("/account/sign-in").headers["Referrer-Policy"] == "same-origin"
