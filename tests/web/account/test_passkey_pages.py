"""The steps of the script for passkeys, over HTTP; the real browser goes them in tests/e2e."""

from pathlib import Path
from typing import Any

from registry.app import create_app
from tests.registries import open_desk
from tests.services.authenticator import Authenticator
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE


def begun(person: Person, path: str) -> dict[str, Any]:
    reply = person.post(path)
    assert reply.status_code == 200, reply.text
    assert reply.headers["Cache-Control"] == "no-store"
    return dict(reply.get_json())


def added(person: Person) -> Authenticator:
    phone, asked = Authenticator(), begun(person, "/account/passkeys/options")
    made = phone.made(asked["options"])
    reply = person.post(
        "/account/passkeys", ceremony=asked["ceremony"], credential=made, label="Phone"
    )
    assert reply.get_json() == {"next": "/account/passkeys"}
    return phone


def test_a_passkey_signs_somebody_in_without_a_code(people: People) -> None:
    ada = people.sign_in("Ada")
    phone = added(ada)
    with people.desk.registry.bookkeeping() as uow:
        uow.accounts.change(ada.account.id, totp="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    other = people.visitor("Ada")
    asked = begun(other, "/account/sign-in/passkey/options")
    assert asked["options"].get("allowCredentials", []) == [], "nobody says who they are first"
    form = {
        "ceremony": asked["ceremony"],
        "credential": phone.shown(asked["options"]),
        "next": "/account/sessions",
    }
    assert other.post("/account/sign-in/passkey", form).get_json() == {"next": "/account/sessions"}
    assert other.data("/account")["name"] == "Ada"
    again = people.visitor("Ada")
    assert again.post("/account/sign-in/passkey", form).status_code == 401, (
        "what was begun counts once"
    )
    assert "changed-passkeys" in [mail.letter for mail in ada.mails()]


def test_a_passkey_proves_anew_for_its_own_account_alone(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    phone = added(ada)
    people.desk.clock.forward(5 * 60_000)
    assert ada.post("/account/passkeys/options").status_code in (303, 403)
    for person, status in ((eve, 401), (ada, 200)):
        asked = begun(person, "/account/prove/passkey/options")
        shown = phone.shown(asked["options"])
        reply = person.post("/account/prove/passkey", ceremony=asked["ceremony"], credential=shown)
        assert reply.status_code == status
    assert ada.get("/account/passkeys").status_code == 200
    assert eve.get("/account/passkeys").status_code == 303


def test_nobody_removes_the_passkey_of_another(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    added(ada)
    (hers,) = ada.data("/account/passkeys")["passkeys"]
    eve.post("/account/passkeys/remove", passkey=hers["id"])
    assert len(ada.data("/account/passkeys")["passkeys"]) == 1
    ada.post("/account/passkeys/remove", passkey=hers["id"])
    assert ada.data("/account/passkeys")["passkeys"] == []


def test_an_account_can_be_opened_without_a_password(people: People) -> None:
    ada = people.visitor("Ada")
    ada.post("/account/sign-up", email=ada.address)
    form = {"secret": ada.link_secret(), "name": "Ada", "password": "", "without": "password"}
    assert ada.post("/account/sign-up/link", form).headers["Location"] == "/account/passkeys"
    assert ada.account.password is None
    assert ada.sign_in().status_code == 422


def test_where_the_address_is_a_number_the_page_says_that_there_can_be_no_passkey(
    tmp_path: Path,
    database_url: str,
) -> None:
    desk = open_desk(tmp_path, database_url, REGISTRY_PUBLIC_URL="http://127.0.0.1:8000")
    app = create_app(desk.registry.settings, desk.clock)
    page = People(app, desk).sign_in("Ada").page("/account/passkeys")
    assert "no browser makes a passkey" in page
    assert "Add a passkey" not in page
    app.extensions["consent-registry"].registry.close()
    desk.registry.close()
