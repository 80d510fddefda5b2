"""An account begins with an address that proves itself; nobody learns who has one."""

from dataclasses import replace
from pathlib import Path

import pytest

from registry.services.sign_up import MAILS_AN_HOUR
from registry.storage.breached_list import write_list
from tests.durations import take_as_long
from tests.registries import HOUR
from tests.web.people import ON_SQLITE, PASSWORD, People

pytestmark = ON_SQLITE


def test_somebody_opens_an_account_by_the_link_in_their_mail(people: People) -> None:
    ada = people.visitor("Ada")
    assert (
        ada.post("/account/sign-up", email="Ada@People.Example").headers["Location"]
        == "/account/mail-sent"
    )
    (mail,) = ada.mails()
    assert (mail.letter, mail.recipient, mail.language) == ("sign-up", "Ada@people.example", "en")
    path = ada.link().removeprefix("https://registry.example")
    assert "Ada@people.example" in ada.page(path)
    assert "Ada@people.example" in ada.page(path), "opening a link uses nothing up"
    done = ada.post(
        "/account/sign-up/link", secret=ada.link_secret(), name="Ada L.", password=PASSWORD
    )
    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    assert "Ada L." in ada.page("/account")
    assert ada.data("/account")["address"] == "Ada@people.example"


def test_a_link_counts_once_for_half_an_hour_and_for_its_purpose(people: People) -> None:
    ada = people.visitor("Ada")
    ada.post("/account/sign-up", email=ada.address)
    secret = ada.link_secret()
    form = {"secret": secret, "name": "Ada", "password": PASSWORD}
    assert ada.post("/account/new-password/link", form).status_code == 404
    people.desk.clock.forward(29 * 60_000)
    late = people.visitor("Late")
    late.post("/account/sign-up", email=late.address)
    assert ada.post("/account/sign-up/link", form).status_code == 303
    assert ada.post("/account/sign-up/link", form).status_code == 404
    people.desk.clock.forward(30 * 60_000)
    reply = late.post("/account/sign-up/link", {**form, "secret": late.link_secret()})
    assert reply.status_code == 404
    assert "counts no more" in reply.text


def test_a_weak_password_is_refused_in_words_and_nothing_is_lost(people: People) -> None:
    visitor = people.visitor("Zaphod Quux")
    visitor.post("/account/sign-up", email=visitor.address)
    form = {"secret": visitor.link_secret(), "name": "Nine"}
    for password, said in (
        ("fourteen chars", "15 characters or more"),
        ("passwordpassword", "repeats itself"),
        ("correct horse battery", "what many use"),
        ("zaphod.quux.people", "your name, your address"),
        ("registry.example 2026", "what many use"),
    ):
        reply = visitor.post("/account/sign-up/link", {**form, "password": password})
        assert reply.status_code == 422
        assert said in reply.text
        assert password not in reply.text
    done = visitor.post("/account/sign-up/link", {**form, "password": PASSWORD})
    assert done.status_code == 303


def test_a_stolen_password_is_refused_wherever_one_is_chosen_and_none_is_set_unseen(
    people: People, tmp_path: Path
) -> None:
    ada, new = people.sign_in("Ada"), people.visitor("New")
    stolen, word = tmp_path / "stolen", "nine lives of a blue toaster"
    write_list([word, PASSWORD], stolen)
    registry = people.app.extensions["consent-registry"].registry
    registry.settings = replace(registry.settings, breached_passwords=stolen)
    new.post("/account/sign-up", email=new.address)
    people.visitor().post("/account/new-password", email=ada.address)
    forms = [
        (new, "/account/sign-up/link", {"secret": new.link_secret(), "name": "New"}),
        (ada, "/account/new-password/link", {"secret": ada.link_secret()}),
        (ada, "/account/password", {}),
    ]
    for person, path, fields in forms:
        reply = person.post(path, {**fields, "password": word})
        assert (reply.status_code, "stolen elsewhere" in reply.text) == (422, True), path
    stolen.unlink()
    for person, path, fields in forms:
        assert person.post(path, {**fields, "password": f"{word}!"}).status_code == 503, path
    assert ada.sign_in().status_code == 303, "a password that was chosen before goes on"


def test_an_address_with_an_account_gets_the_same_answer_and_another_mail(people: People) -> None:
    ada, visitor = people.sign_in("Ada"), people.visitor()
    for path in ("/account/sign-up", "/account/new-password"):
        known = visitor.post(path, email=ada.address.upper())
        unknown = visitor.post(path, email="nobody.at.all@people.example")
        assert known.status_code == unknown.status_code == 303
        assert known.headers["Location"] == unknown.headers["Location"]
        assert known.data == unknown.data
    assert [mail.letter for mail in ada.mails()][-2:] == ["address-known", "new-password"]
    other = people.visitor("nobody.at.all")
    assert [mail.letter for mail in other.mails()] == ["sign-up", "no-account"]


@pytest.mark.parametrize("path", ["/account/sign-up", "/account/new-password"])
def test_the_time_tells_nobody_who_has_an_account(people: People, path: str) -> None:
    ada, visitor = people.sign_in("Ada"), people.visitor()

    def ask(address: str) -> None:
        people.desk.clock.forward(HOUR)
        visitor.post(path, email=address, token="")

    assert take_as_long(
        lambda _: ask(ada.address),
        lambda number: ask(f"u{number}@people.example"),
        rounds=10,
        most=2,
    )


def test_nobody_can_fill_a_mailbox(people: People) -> None:
    ada = people.visitor("Ada")
    for _ in range(MAILS_AN_HOUR + 3):
        assert ada.post("/account/sign-up", email=ada.address).status_code == 303
    assert len(ada.mails()) == MAILS_AN_HOUR
    people.desk.clock.forward(HOUR)
    ada.post("/account/sign-up", email=ada.address)
    assert len(ada.mails()) == MAILS_AN_HOUR + 1


def test_a_new_password_ends_every_session_and_is_told_by_mail(people: People) -> None:
    ada = people.sign_in("Ada")
    elsewhere = people.visitor("Ada")
    elsewhere.post("/account/new-password", email=ada.address)
    new = "wild geese fly over the canal"
    reply = elsewhere.post(
        "/account/new-password/link", secret=elsewhere.link_secret(), password=new
    )
    assert reply.headers["Location"] == "/account/sign-in?new=password"
    assert ada.get("/account").status_code == 303, "the session from before has ended"
    assert elsewhere.sign_in().status_code == 422
    elsewhere.password = new
    assert elsewhere.sign_in().status_code == 303
    assert "changed-password" in [mail.letter for mail in ada.mails()]


def test_what_is_no_address_is_said_at_the_field(people: People) -> None:
    reply = people.visitor().post("/account/sign-up", email="ada")
    assert reply.status_code == 422
    assert "ada@example.org" in reply.text
    assert 'aria-describedby=" email-error"' in reply.text


def test_a_new_password_by_mail_does_not_do_without_the_code(people: People) -> None:
    ada = people.sign_in("Ada")
    with people.desk.registry.bookkeeping() as uow:
        uow.accounts.change(ada.account.id, totp="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    thief = people.visitor("Ada")
    thief.post("/account/new-password", email=ada.address)
    thief.password = "wild geese fly over the canal"
    thief.post("/account/new-password/link", secret=thief.link_secret(), password=thief.password)
    assert thief.sign_in().headers["Location"].startswith("/account/sign-in/code")
    assert thief.get("/account").status_code == 303


def test_where_somebody_wanted_to_go_comes_along_through_the_mail(people: People) -> None:
    ada = people.visitor("Ada")
    page = ada.page("/account/sign-in?next=/works%3Fq%3Da%26sort%3Dtitle")
    assert 'href="/account/sign-up?next=/works%3Fq%3Da%26sort%3Dtitle"' in page
    page = ada.page("/account/sign-up?next=/works%3Fq%3Da%26sort%3Dtitle")
    assert 'name="next" value="/works?q=a&amp;sort=title"' in page
    ada.post("/account/sign-up", email=ada.address, next="/works?q=a&sort=title")
    assert ada.link().endswith("&next=/works%3Fq%3Da%26sort%3Dtitle")
    page = ada.page(ada.link().removeprefix(ada.origin))
    assert 'name="next" value="/works?q=a&amp;sort=title"' in page
    secret = ada.link_secret().partition("&")[0]
    form = {"secret": secret, "name": "Ada", "next": "/works?q=a&sort=title"}
    weak = ada.post("/account/sign-up/link", form, password="short")
    assert 'name="next" value="/works?q=a&amp;sort=title"' in weak.text
    done = ada.post("/account/sign-up/link", form, password=PASSWORD)
    assert done.headers["Location"] == "/works?q=a&sort=title"


def test_the_way_by_a_new_password_or_a_passkey_keeps_it_too(people: People) -> None:
    ada = people.sign_in("Ada")
    ada.post("/account/sign-up", email=ada.address, next="/works")
    secret = ada.link_secret()
    assert secret.endswith("&next=/works"), "an address that has an account is treated alike"
    form = {"secret": secret.partition("&")[0], "password": PASSWORD + "!", "next": "/works"}
    done = ada.post("/account/new-password/link", form)
    assert done.headers["Location"] == "/account/sign-in?new=password&next=/works"
    eve = people.visitor("Eve")
    eve.post("/account/sign-up", email=eve.address)
    form = {"secret": eve.link_secret(), "name": "Eve", "without": "password", "next": "/works"}
    done = eve.post("/account/sign-up/link", form)
    assert done.headers["Location"] == "/account/passkeys?next=/works"
    assert '<a href="/works">' in eve.page("/account/passkeys?next=/works")


def test_no_address_leads_out_of_this_registry_and_none_is_kept_without_end(people: People) -> None:
    bob = people.visitor("Bob")
    for where in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        f"/works?q={'a' * 500}",
    ):
        people.desk.clock.forward(HOUR)
        bob.post("/account/sign-up", email=bob.address, next=where)
        assert "next" not in bob.link()
        assert 'name="next"' not in bob.page(f"/account/sign-up?next={where}")
    form = {"secret": bob.link_secret(), "name": "Bob", "password": PASSWORD}
    done = bob.post("/account/sign-up/link", form, next="//evil.example/")
    assert done.headers["Location"] == "/account"
