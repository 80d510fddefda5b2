"""What pages show of keys and domains is what is kept, and of affiliations what both sides said."""

from dataclasses import replace

from registry.services.add_test_key import add_test_key
from registry.services.offer_affiliation import offer_affiliation
from registry.services.register_platform import add_platform_key
from registry.signing.keys import generate
from registry.web.platform import shown
from tests.registries import STEWARD, Desk
from tests.web.people import ON_SQLITE, People, people

__all__ = ["people"]


@ON_SQLITE
def test_keys_say_where_they_came_from(desk: Desk) -> None:
    platform, one, two, test = desk.platform(), generate(), generate(), generate()
    with desk.registry.writing() as ledger:
        for each in (one, two):
            add_platform_key(ledger, platform, each.public.jwk, STEWARD)
        ledger.uow.directory_keys.add(two.kid, platform)
        add_test_key(ledger.uow, platform, test.public.jwk, ledger.now, STEWARD)
    with desk.registry.reading() as uow:
        keys = shown.keys_of(uow, platform)
    assert {each["keyid"]: each["from_directory"] for each in keys["keys"]} == {
        one.kid: False,
        two.kid: True,
    }
    assert [each["keyid"] for each in keys["test_keys"]] == [test.kid]


@ON_SQLITE
def test_affiliations_are_seen_from_both_sides(desk: Desk) -> None:
    child, parent = desk.platform("child"), desk.platform("parent")
    with desk.registry.writing() as ledger:
        offer_affiliation(ledger, child, parent, child, STEWARD)
    with desk.registry.reading() as uow:
        for side in (child, parent):
            (found,) = shown.affiliations(uow, side)
            assert found["waits_for"] == parent
    with desk.registry.writing() as ledger:
        offer_affiliation(ledger, child, parent, parent, STEWARD)
    with desk.registry.reading() as uow:
        for side in (child, parent):
            (found,) = shown.affiliations(uow, side)
            assert (found["platform"]["name"], found["waits_for"]) == ("child", None)


@ON_SQLITE
def test_a_domain_comes_with_what_proves_it(people: People, desk: Desk) -> None:
    profile = replace(_profile(desk), domain="tunes.example")
    with people.app.app_context():
        assert shown.profile_of(_profile(desk))["ways"] == []
        ways = shown.profile_of(profile)["ways"]
    assert {each["means"] for each in ways} == {"host-file", "dns"}
    assert len({each["line"] for each in ways}) == 1


def _profile(desk: Desk):  # type: ignore[no-untyped-def]
    platform = desk.platform()
    with desk.registry.reading() as uow:
        return uow.platform_profiles.of(platform)
