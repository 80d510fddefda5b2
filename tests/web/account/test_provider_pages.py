"""Signing in by way of another provider, against a real one on loopback: out, back, and every lie noticed."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from registry.app import create_app
from tests.registries import MovedClock, open_desk
from tests.web.account.openid_provider import CLIENT, SECRET, OpenIdProvider, openid_provider
from tests.web.people import People, Person

ADA = {"sub": "ada-1", "email": "ada@people.example", "email_verified": True, "name": "Ada L."}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider(MovedClock()) as provider:
        yield provider


@pytest.fixture
def town(tmp_path: Path, provider: OpenIdProvider) -> Iterator[People]:
    provider.person, provider.lies = dict(ADA), {}
    provider.alg, provider.stranger = "ES256", False
    named = tmp_path / "oidc.toml"
    named.write_text(
        f'[[provider]]\nid = "here"\nname = "Here"\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\n'
        f'client_secret = "{SECRET}"\n'
    )
    desk = open_desk(tmp_path, f"sqlite:///{tmp_path}/r.sqlite", REGISTRY_OIDC=str(named))
    provider.clock = desk.clock
    app = create_app(desk.registry.settings, desk.clock)
    yield People(app, desk)
    app.extensions["consent-registry"].registry.close()
    desk.registry.close()


def go(person: Person, path: str = "/account/with/here") -> str:
    """Out to the provider; the path and query by which it sends the browser back."""
    out = person.get(path)
    assert out.status_code == 303, out.text
    with httpx2.Client(trust_env=False) as http:
        back = urlsplit(http.get(out.headers["Location"]).headers["Location"])
    assert f"{back.scheme}://{back.netloc}" == person.origin
    return f"{back.path}?{back.query}"


def adding(person: Person) -> str:
    """The link by which somebody adds the provider."""
    return "/account/providers/add/here" + str(person.data("/account/providers")["add"])


def test_somebody_new_gets_an_account_and_finds_it_again(town: People) -> None:
    ada = town.visitor("Ada")
    assert "Sign in with Here" in ada.page("/account/sign-in")
    assert (
        ada.get(go(ada, "/account/with/here?next=/account/sessions")).headers["Location"]
        == "/account/sessions"
    )
    assert (ada.account.name, ada.account.password) == ("Ada L.", None)
    again = town.visitor("Ada")
    assert again.get(go(again)).headers["Location"] == "/account"
    assert again.data("/account")["name"] == "Ada L."


LIES: list[dict[str, object]] = [
    {"nonce": "another"}, {"nonce": None}, {"iss": "https://evil.example"}, {"aud": "somebody else"},
    {"aud": [CLIENT, "somebody else"]}, {"azp": "somebody else"}, {"exp": 1}, {"exp": None}, {"sub": ""}, {"sub": 7},
]  # fmt: skip


def test_a_token_that_does_not_hold_signs_nobody_in(town: People, provider: OpenIdProvider) -> None:
    ada = town.visitor("Ada")
    for lies in LIES:
        provider.lies = lies
        reply = ada.get(go(ada))
        assert reply.status_code == 422, lies
        assert "does not hold" in reply.text
    assert ada.get("/account").status_code == 303


def test_a_token_that_another_key_or_none_signed_signs_nobody_in(
    town: People, provider: OpenIdProvider
) -> None:
    ada = town.visitor("Ada")
    for provider.alg, provider.stranger in (("none", False), ("HS256", False), ("ES256", True)):
        assert ada.get(go(ada)).status_code == 422, provider.alg
    assert ada.get("/account").status_code == 303


def test_an_address_that_nobody_verified_opens_no_account(
    town: People, provider: OpenIdProvider
) -> None:
    ada = town.visitor("Ada")
    for unverified in ({"email_verified": False}, {"email_verified": "true"}, {"email": None}):
        provider.lies = unverified
        reply = ada.get(go(ada))
        assert reply.status_code == 422
        assert "verified your e-mail address" in reply.text


def test_an_account_that_is_there_is_opened_by_no_provider_until_its_owner_adds_it(
    town: People,
) -> None:
    ada, other = town.sign_in("Ada"), town.visitor("Ada")
    assert "Sign in to it" in other.get(go(other)).text
    assert other.get("/account").status_code == 303
    added = ada.get(go(ada, adding(ada)))
    assert added.headers["Location"] == "/account/providers"
    assert other.get(go(other)).status_code == 303
    assert other.data("/account")["name"] == "Ada"
    (identity,) = ada.data("/account/providers")["identities"]
    assert "changed-providers" in [mail.letter for mail in ada.mails()]
    ada.post("/account/providers/remove", issuer=identity["issuer"], subject=identity["subject"])
    assert ada.data("/account/providers")["identities"] == []


def test_no_other_site_has_a_way_in_added_or_somebody_signed_in(town: People) -> None:
    ada, eve = town.sign_in("Ada"), town.sign_in("Eve")
    for link in ("/account/providers/add/here", adding(eve)):
        assert ada.get(link).headers["Location"] == "/account/providers", "not this session's link"
    before = ada.data("/account/providers")["add"]
    ada.prove()
    assert (
        ada.get(f"/account/providers/add/here{before}").headers["Location"] == "/account/providers"
    )
    assert ada.get(adding(ada)).headers["Location"].startswith("http")
    for site in ("cross-site", "same-site"):
        led = ada.get("/account/with/here?next=/begin", **{"Sec-Fetch-Site": site})
        assert led.headers["Location"] == "/account/sign-in?next=/begin"


def test_what_was_begun_counts_once_in_the_browser_that_began_it_and_not_for_long(
    town: People,
) -> None:
    ada, eve = town.visitor("Ada"), town.visitor("Eve")
    back = go(ada)
    assert eve.get(back).status_code == 422, "another browser"
    assert ada.get(back).status_code == 422, "tried once already"
    late = go(ada)
    town.desk.clock.forward(10 * 60_000)
    assert ada.get(late).status_code == 422
    forged = go(ada).replace("iss=http", "iss=https")
    assert ada.get(forged).status_code == 422
    assert ada.get("/account/with/here/back?state=x&code=y").status_code == 422
    assert ada.get("/account").status_code == 303


def test_every_sign_in_has_a_state_a_nonce_and_a_challenge_of_its_own(
    town: People, provider: OpenIdProvider
) -> None:
    before = len(provider.asked)
    for _ in range(3):
        go(town.visitor("Ada"))
    asked = provider.asked[before:]
    for name in ("state", "nonce", "code_challenge"):
        assert len({each[name] for each in asked}) == 3
    assert {each["code_challenge_method"] for each in asked} == {"S256"}
    assert {each["scope"] for each in asked} == {"openid email profile"}


def test_a_provider_that_nobody_named_is_not_there(town: People) -> None:
    assert town.visitor().get("/account/with/nowhere").status_code == 404
