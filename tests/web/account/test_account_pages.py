"""What somebody sees and changes of their own account, and of no other."""

from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE
HOSTILE = '<script>alert(1)</script>\u202egnp.exe" onload="x'


def test_sessions_are_listed_and_ended_one_by_one_or_all_others(people: People) -> None:
    ada = people.sign_in("Ada")
    others = [people.visitor("Ada") for _ in range(3)]
    for each in others:
        each.sign_in()
    listed = ada.data("/account/sessions")["sessions"]
    assert [each["device"] for each in listed] == ["Firefox, Linux"] * 4
    assert [each["this"] for each in listed].count(True) == 1
    mine = next(each for each in others[0].data("/account/sessions")["sessions"] if each["this"])
    ada.post("/account/sessions/end", session=mine["id"])
    assert [each.get("/account").status_code for each in others] == [303, 200, 200]
    ada.post("/account/sessions/end", session="others")
    assert [each.get("/account").status_code for each in others] == [303, 303, 303]
    assert ada.get("/account").status_code == 200


def test_nobody_ends_the_session_of_another(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    (hers,) = ada.data("/account/sessions")["sessions"]
    eve.post("/account/sessions/end", session=hers["id"])
    assert ada.get("/account").status_code == 200


def test_a_name_is_shown_as_a_name_whatever_it_is_made_of(people: People) -> None:
    ada = people.sign_in("Ada")
    assert ada.post("/account/details", name=HOSTILE, language="de").status_code == 422
    assert (
        ada.post("/account/details", name=HOSTILE.replace("\u202e", ""), language="de").status_code
        == 303
    )
    page = ada.page("/account")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert ada.account.language == "de"


def test_a_new_password_keeps_this_session_and_ends_the_others(people: People) -> None:
    ada, other = people.sign_in("Ada"), people.visitor("Ada")
    other.sign_in()
    new = "wild geese fly over the canal"
    assert ada.post("/account/password", password="short").status_code == 422
    assert ada.post("/account/password", password=new).status_code == 303
    assert ada.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert other.sign_in().status_code == 422
    other.password = new
    assert other.sign_in().status_code == 303


def test_a_new_address_counts_once_its_link_is_opened_and_the_old_one_is_told(
    people: People,
) -> None:
    ada, new = people.sign_in("Ada"), people.visitor("New")
    before = ada.account
    ada.post("/account/address", email=new.address)
    assert ada.account == before
    (mail,) = new.mails()
    assert mail.letter == "new-address"
    assert "Is this your new address?" in new.page(new.link().removeprefix(ada.origin))
    assert (
        new.post("/account/new-address/link", secret=new.link_secret(), token="").status_code == 303
    )
    assert new.account.id == before.id
    assert ada.mails()[-1].letter == "changed-address"


def test_an_address_that_is_anothers_is_taken_from_nobody(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    assert (
        ada.post("/account/address", email=eve.address).headers["Location"] == "/account/mail-sent"
    )
    reply = eve.post("/account/new-address/link", secret=eve.link_secret())
    assert reply.status_code == 404
    assert ada.account.address == ada.address


def test_an_address_that_a_thief_named_is_not_taken_once_the_owner_has_looked_after_it(
    people: People,
) -> None:
    ada, eve = people.sign_in("Ada"), people.visitor("Eve")

    def asked_for() -> str:
        assert ada.post("/account/address", email=eve.address).status_code == 303
        return eve.link_secret()

    def is_over(secret: str) -> bool:
        return eve.post("/account/new-address/link", secret=secret, token="").status_code == 404

    secret = asked_for()
    ada.post("/account/sessions/end", session="others")
    assert is_over(secret), "ended the sessions"
    secret = asked_for()
    ada.post("/account/password", password="quite another toaster of mine")
    assert is_over(secret), "another password"
    secret, fresh = asked_for(), people.visitor("Ada")
    fresh.post("/account/new-password", email=ada.address, token="")
    link, password = fresh.link_secret(), "the third toaster stood in the cellar"
    fresh.post("/account/new-password/link", secret=link, password=password, token="")
    assert is_over(secret), "a new password by mail"


def test_a_text_that_no_store_keeps_is_refused_before_any_is_asked(people: People) -> None:
    ada, sent = people.sign_in("Ada"), "a\0b"
    assert ada.post("/account/sessions/end", session=sent).status_code == 400
    assert people.visitor().post("/account/sign-in", email=sent, token="").status_code == 400
    assert ada.get("/account/rightsholders/%00").status_code == 400
    assert ada.get("/platform/%00/keys").status_code == 400
