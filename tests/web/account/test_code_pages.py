"""Codes are set up with a picture, shown once, and stopped by a fresh proof alone."""

import re

import pyotp

from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE


def test_codes_are_set_up_renewed_and_stopped(people: People) -> None:
    ada = people.sign_in("Ada")
    page = ada.page("/account/codes")
    assert "<svg" in page
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    ceremony = re.search(r'name="ceremony" value="([^"]+)"', page)[1]
    wrong = ada.post("/account/codes", ceremony=ceremony, code="000000")
    assert wrong.status_code == 422
    assert secret[:4] in wrong.text, "the same secret, so that nobody scans twice"
    ceremony = re.search(r'name="ceremony" value="([^"]+)"', wrong.text)[1]
    code = pyotp.TOTP(secret).at(people.desk.clock() // 1000)
    codes = re.findall(
        r"<li><code>([^<]+)</code>", ada.post("/account/codes", ceremony=ceremony, code=code).text
    )
    assert len(codes) == 10
    assert "changed-codes" in [mail.letter for mail in ada.mails()]
    assert ada.data("/account")["recovery_codes"] == 10
    assert secret not in ada.page("/account/codes")
    fresh = re.findall(r"<li><code>([^<]+)</code>", ada.post("/account/codes/recovery").text)
    assert not set(fresh) & set(codes)
    people.desk.clock.forward(5 * 60_000)
    assert ada.post("/account/codes/stop").headers["Location"].startswith("/account/prove")
    assert ada.data("/account")["totp"] is True
    ada.prove()
    assert ada.post("/account/codes/stop").status_code == 303
    assert ada.data("/account")["totp"] is False


def test_without_the_key_no_code_counts_and_a_recovery_code_does(people: People) -> None:
    ada = people.sign_in("Ada")
    page = ada.page("/account/codes")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    ceremony = re.search(r'name="ceremony" value="([^"]+)"', page)[1]
    code = pyotp.TOTP(secret).at(people.desk.clock() // 1000)
    shown = ada.post("/account/codes", ceremony=ceremony, code=code).text
    (kept,) = people.desk.registry.secrets.folder.glob("codes-*.pem")
    kept.rename(kept.with_suffix(".away"))
    people.desk.clock.forward(60_000)
    again = people.visitor("Ada")
    again.sign_in()
    code = pyotp.TOTP(secret).at(people.desk.clock() // 1000)
    refused = again.post("/account/sign-in/code", code=code, token="")
    assert refused.status_code == 503
    assert "One of your recovery codes" in refused.text
    assert kept.name not in refused.text, "where the keys lie is told to nobody"
    recovery = re.findall(r"<li><code>([^<]+)</code>", shown)[0]
    entered = again.post("/account/sign-in/code", code=recovery, token="")
    assert entered.headers["Location"] == "/account"
