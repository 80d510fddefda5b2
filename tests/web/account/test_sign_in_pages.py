"""Who signs in is who they say: wrong guesses are counted, and say nothing; what loosens needs a fresh proof."""

from functools import partial

import pyotp

from registry.services.second_factor import new_recovery_codes
from registry.services.sign_in import GUESSES_OF_ONE
from tests.durations import take_as_long
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE
MINUTE = 60_000


def signed_in(person: Person) -> bool:
    return person.get("/account").status_code == 200


def test_somebody_signs_in_goes_where_they_wanted_and_signs_out(people: People) -> None:
    people.sign_in("Ada")
    ada = people.visitor("Ada")
    asked = ada.get("/account/sessions")
    assert asked.headers["Location"] == "/account/sign-in?next=/account/sessions"
    form = {"email": ada.address.upper(), "password": ada.password, "next": "/account/sessions"}
    reply = ada.post("/account/sign-in", form)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/account/sessions")
    assert signed_in(ada)
    cookie = ada.client.get_cookie("__Host-session", domain="registry.example")
    assert cookie is not None
    assert ada.post("/account/sign-out").headers["Location"] == "/"
    assert not signed_in(ada)
    ada.client.set_cookie("__Host-session", cookie.value, domain="registry.example")
    assert not signed_in(ada), "it ended in the store too"


def test_the_cookie_is_kept_from_scripts_other_sites_and_other_hosts(people: People) -> None:
    people.sign_in("Ada")
    set_cookie = people.visitor("Ada").sign_in().headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(set_cookie.split("; "))
    assert "Domain" not in set_cookie


ELSEWHERE = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "/a\r\nX: y",
    "javascript:1",
]


def test_no_address_that_was_sent_leads_to_another_host(people: People) -> None:
    people.sign_in("Ada")
    ada = people.visitor("Ada")
    for path in ELSEWHERE:
        reply = ada.post("/account/sign-in", email=ada.address, password=ada.password, next=path)
        assert (reply.status_code, reply.headers["Location"]) == (303, "/account"), path


def test_a_wrong_address_and_a_wrong_password_get_the_same_answer_in_the_same_time(
    people: People,
) -> None:
    ada, pages = people.sign_in("Ada"), set()

    def guess(address: str, number: int) -> None:
        people.desk.clock.forward(10 * MINUTE)
        visitor = people.visitor("x")
        reply = visitor.post(
            "/account/sign-in", email=address, password=f"wrong {number}", token=""
        )
        assert reply.status_code == 422
        pages.add(reply.text.replace(address, "ADDRESS"))

    assert take_as_long(
        partial(guess, ada.address), partial(guess, "nobody@people.example"), rounds=9, most=1.6
    )
    assert len(pages) == 1


def test_guesses_are_counted_for_known_and_unknown_addresses_alike(people: People) -> None:
    ada = people.sign_in("Ada")
    for address in (ada.address, "nobody@people.example"):
        visitor = people.visitor("x")
        for _ in range(GUESSES_OF_ONE):
            assert (
                visitor.post("/account/sign-in", email=address, password="wrong").status_code == 422
            )
        reply = visitor.post("/account/sign-in", email=address, password=ada.password)
        assert reply.status_code == 429, "the right one is not looked at either"
        assert "Too many wrong tries" in reply.text
    people.desk.clock.forward(15 * MINUTE)
    assert people.visitor("Ada").sign_in().status_code == 303


def test_a_session_that_was_planted_before_is_worth_nothing_after(people: People) -> None:
    people.sign_in("Ada")
    mallory = people.sign_in("Mallory")
    planted = mallory.client.get_cookie("__Host-session", domain="registry.example")
    ada = people.visitor("Ada")
    for secret in ("planted-by-somebody", planted.value):
        ada.client.set_cookie("__Host-session", secret, domain="registry.example")
        ada.sign_in()
        mine = ada.client.get_cookie("__Host-session", domain="registry.example")
        assert mine.value != secret
        assert ada.data("/account")["name"] == "Ada"
    assert not signed_in(mallory), "the browser's session of before has ended"


def test_a_session_ends_unused_after_a_week_and_used_after_thirty_days(people: People) -> None:
    ada = people.sign_in("Ada")
    for _ in range(4):
        people.desk.clock.forward(7 * 24 * 60 * MINUTE - MINUTE)
        assert signed_in(ada)
    people.desk.clock.forward(3 * 24 * 60 * MINUTE)
    assert not signed_in(ada)
    ada.sign_in()
    people.desk.clock.forward(7 * 24 * 60 * MINUTE)
    assert not signed_in(ada)


def test_a_proof_is_fresh_for_five_minutes_and_another_changes_the_secret(people: People) -> None:
    ada = people.sign_in("Ada")
    assert ada.get("/account/password").status_code == 200
    people.desk.clock.forward(5 * MINUTE)
    assert (
        ada.get("/account/password").headers["Location"] == "/account/prove?next=/account/password"
    )
    stale = ada.post("/account/password", password="wild geese fly over the canal")
    assert stale.headers["Location"].startswith("/account/prove")
    before = ada.client.get_cookie("__Host-session", domain="registry.example").value
    assert ada.post("/account/prove", password="wrong").status_code == 422
    ada.prove()
    assert ada.client.get_cookie("__Host-session", domain="registry.example").value != before
    assert ada.get("/account/password").status_code == 200


def test_the_password_alone_opens_nothing_where_a_code_is_asked_for(people: People) -> None:
    ada = people.sign_in("Ada")
    secret = pyotp.random_base32()
    with people.desk.registry.bookkeeping() as uow:
        uow.accounts.change(ada.account.id, totp=secret)
        recovery = new_recovery_codes(uow, ada.account, 0)
    other = people.visitor("Ada")
    assert other.get("/account/sign-in/code").headers["Location"] == "/account/sign-in"
    assert other.sign_in().headers["Location"] == "/account/sign-in/code?next=/account"
    assert not signed_in(other)
    assert other.post("/account/sign-in/code", code="000000", token="").status_code == 422
    code = pyotp.TOTP(secret).at(people.desk.clock() // 1000)
    assert (
        other.post("/account/sign-in/code", code=f"{code[:3]} {code[3:]}", token="").status_code
        == 303
    )
    assert signed_in(other)
    again = people.visitor("Ada")
    again.sign_in()
    assert again.post("/account/sign-in/code", code=code, token="").status_code == 422, (
        "a code counts once"
    )
    assert (
        again.post("/account/sign-in/code", code=recovery[3].upper(), token="").status_code == 303
    )
    third = people.visitor("Ada")
    third.sign_in()
    assert third.post("/account/sign-in/code", code=recovery[3], token="").status_code == 422
    people.desk.clock.forward(10 * MINUTE)
    late = third.post("/account/sign-in/code", code=recovery[4], token="")
    assert late.headers["Location"] == "/account/sign-in", "a code is waited for ten minutes"


def test_a_sign_in_from_elsewhere_is_told_by_mail_and_one_from_here_is_not(people: People) -> None:
    ada = people.sign_in("Ada")
    people.visitor("Ada").sign_in()
    assert "new-sign-in" not in [mail.letter for mail in ada.mails()]
    phone = people.visitor("Ada")
    form = {"email": ada.address, "password": ada.password}
    headers = {"Origin": ada.origin, "User-Agent": "Mozilla/5.0 (iPhone) Version/19.0 Safari/605"}
    phone.client.post("/account/sign-in", data=form, headers=headers, base_url=ada.origin)
    (mail,) = [mail for mail in ada.mails() if mail.letter == "new-sign-in"]
    assert mail.words["device"] == "Safari, iPhone"


def test_a_sign_in_from_elsewhere_is_told_where_a_code_was_asked_for_too(people: People) -> None:
    ada = people.sign_in("Ada")
    begun = ada.data("/account/codes")
    codes = pyotp.TOTP(begun["secret"].replace(" ", ""))
    ada.post(
        "/account/codes",
        ceremony=begun["ceremony"],
        code=codes.at(people.desk.clock.now // 1000),
    )
    people.desk.clock.forward(MINUTE)
    phone = people.visitor("Ada").client
    headers = {"Origin": ada.origin, "User-Agent": "Mozilla/5.0 (iPhone) Version/19.0 Safari/605"}
    for path, form in (
        ("/account/sign-in", {"email": ada.address, "password": ada.password}),
        ("/account/sign-in/code", {"code": codes.at(people.desk.clock.now // 1000)}),
    ):
        reply = phone.post(path, data=form, headers=headers, base_url=ada.origin)
        assert reply.status_code == 303
        people.desk.clock.forward(1)
    (mail,) = [mail for mail in ada.mails() if mail.letter == "new-sign-in"]
    assert mail.words["device"] == "Safari, iPhone"
