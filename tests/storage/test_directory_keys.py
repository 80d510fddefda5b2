"""Which keys came from a directory is remembered for as long as they stand."""

from tests.registries import Desk


def test_keys_are_of_one_platform_and_forgotten_one_by_one(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        for kid, platform in (("a", "p"), ("b", "p"), ("c", "q")):
            uow.directory_keys.add(kid, platform)
        uow.directory_keys.forget("a")
        assert uow.directory_keys.of("p") == {"b"}
        assert uow.directory_keys.of("q") == {"c"}
