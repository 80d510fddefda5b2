"""The directory of platforms."""

from dataclasses import replace

from registry.services.register_platform import affiliate_platform, register_platform
from registry.storage.platform_profiles import DomainState
from tests.api.served import STEWARD


def test_the_directory_is_everybodys_in_pages(world):
    with world.registry.writing() as ledger:
        child = register_platform(ledger, "Tunes Labs", "Tunes Labs Ltd.", STEWARD)
        affiliate_platform(ledger, child, world.platform, STEWARD)
    first = world.call("GET", "/v1/platforms?limit=1", token=None)
    assert first.json()["platforms"][0] == {
        "id": world.platform, "name": "Tunes", "legal_entity": "Tunes Inc.", "affiliate_of": [],
        "domain": None,
    }  # fmt: skip
    assert first.headers["link"].startswith(f"<{world.url}/v1/platforms?")
    rest = world.call(
        "GET", f"/v1/platforms?limit=1&after={first.json()['next']}", token=None
    ).json()
    assert rest["platforms"][0]["affiliate_of"] == [world.platform]
    assert rest["next"] is None


def test_the_directory_is_searched_and_says_which_domains_are_proved(world):
    with world.registry.bookkeeping() as uow:
        profile = replace(uow.platform_profiles.of(world.platform), domain="tunes.example")
        uow.platform_profiles.keep(profile)
    found = world.call("GET", "/v1/platforms?q=tunes%20inc", token=None).json()["platforms"]
    assert [each["domain"] for each in found] == [None]
    with world.registry.bookkeeping() as uow:
        uow.platform_profiles.keep(replace(profile, state=DomainState.PROVED))
    found = world.call("GET", "/v1/platforms?q=TUNES.example", token=None).json()["platforms"]
    assert [(each["id"], each["domain"]) for each in found] == [(world.platform, "tunes.example")]
    assert world.call("GET", "/v1/platforms?q=nobody", token=None).json()["platforms"] == []
