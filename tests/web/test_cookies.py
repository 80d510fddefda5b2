"""Every cookie of the pages is kept from scripts, other sites and other hosts."""

from pathlib import Path

from registry.app import create_app
from tests.registries import open_desk
from tests.web.conftest import Browser
from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE
WHO = {"name": "Ada Lovelace", "parts": "wrote"}


def test_the_cookies_of_a_choice_a_session_and_a_draft_are_kept_for_this_host_alone(
    people: People,
) -> None:
    ada, visitor = people.sign_in("Ada"), people.visitor()
    replies = {
        "__Host-lang": visitor.get("/?lang=de"),
        "__Host-draft": visitor.post("/begin", WHO, token=""),
        "__Host-session": people.visitor("Ada").sign_in(),
    }
    for name, reply in replies.items():
        given = reply.headers["Set-Cookie"]
        assert given.startswith(f"{name}="), name
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(given.split("; ")), name
        assert "Domain" not in given
    taken = ada.post("/account/sign-out").headers["Set-Cookie"]
    assert taken.startswith("__Host-session=;")
    assert {"Secure", "Max-Age=0", "Path=/"} <= set(taken.split("; "))


def test_a_cookie_is_plain_where_the_public_address_is_not_https(
    tmp_path: Path, database_url: str
) -> None:
    desk = open_desk(tmp_path, database_url, REGISTRY_PUBLIC_URL="http://127.0.0.1:8000")
    app = create_app(desk.registry.settings, desk.clock)
    browser = Browser(app.test_client())
    cookie = browser.get("/?lang=de").headers["Set-Cookie"]
    assert cookie.startswith("lang=de;")
    assert "Secure" not in cookie
    assert "SameSite=Lax" in cookie
    assert '<html lang="de">' in browser.page("/how")
    app.extensions["consent-registry"].registry.close()
    desk.registry.close()
