"""The directory is everybody's: who asks, and what stands behind the name."""

from dataclasses import replace

from registry.storage.platform_profiles import DomainState
from registry.web.platform.directory_page import A_PAGE
from tests.registries import Desk
from tests.web.people import ON_SQLITE, People, people

__all__ = ["people"]


@ON_SQLITE
def test_a_proved_domain_is_shown_and_a_named_one_is_not(people: People, desk: Desk) -> None:
    tunes, visitor = desk.platform("Tunes"), people.visitor()
    assert "No platform is found by this" in visitor.page("/platforms?q=else")
    with desk.registry.bookkeeping() as uow:
        profile = replace(uow.platform_profiles.of(tunes), domain="tunes.example")
        uow.platform_profiles.keep(profile)
    assert "tunes.example" not in visitor.page("/platforms")
    with desk.registry.bookkeeping() as uow:
        uow.platform_profiles.keep(replace(profile, state=DomainState.PROVED))
    assert "tunes.example" in visitor.page("/platforms")
    assert "Plattformen" in people.visitor("Hans", language="de").page("/platforms")


@ON_SQLITE
def test_a_long_directory_comes_in_pages(people: People, desk: Desk) -> None:
    for number in range(A_PAGE + 1):
        desk.platform(f"P{number}")
    first = people.visitor().data("/platforms?q=ltd")
    rest = people.visitor().data(f"/platforms?q=ltd&after={first['next']}")
    assert (len(first["platforms"]), len(rest["platforms"]), rest["next"]) == (A_PAGE, 1, None)
    assert f"after={first['next']}" in people.visitor().page("/platforms?q=ltd")
