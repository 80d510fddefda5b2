"""The directory is read in pages, and searched by what stands in it; what is not proved is not searched by."""

from dataclasses import replace

from registry.services.list_platforms import list_platforms
from registry.storage.platform_profiles import DomainState
from tests.registries import Desk


def names(desk: Desk, search: str = "", after: str = "", limit: int = 100) -> list[str]:
    with desk.registry.reading() as uow:
        return [each.platform.name for each in list_platforms(uow, search, after, limit)[0]]


def test_pages_follow_each_other_until_there_is_none(desk: Desk) -> None:
    for name in "abcde":
        desk.platform(name)
    for search in ("", "ltd"):
        found, after = [], ""
        while True:
            with desk.registry.reading() as uow:
                page, following = list_platforms(uow, search, after, 2)
            found += [each.platform.name for each in page]
            if following is None:
                break
            after = following
        assert sorted(found) == list("abcde")


def test_search_is_by_name_entity_id_and_proved_domain(desk: Desk) -> None:
    tunes, _ = desk.platform("Tunes"), desk.platform("Straße")
    with desk.registry.bookkeeping() as uow:
        profile = replace(uow.platform_profiles.of(tunes), domain="tunes.example")
        uow.platform_profiles.keep(profile)
    assert names(desk, "tunes.example") == []
    with desk.registry.bookkeeping() as uow:
        uow.platform_profiles.keep(replace(profile, state=DomainState.PROVED))
    assert names(desk, "tunes.EXAMPLE") == ["Tunes"]
    assert names(desk, "STRASSE") == ["Straße"]
    assert names(desk, "tunes ltd") == ["Tunes"]
    assert names(desk, tunes) == ["Tunes"]
    assert names(desk, "nothing of this") == []
