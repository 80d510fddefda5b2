"""What a platform says about itself comes back as it was kept."""

from dataclasses import replace

from registry.storage.platform_profiles import DomainState, Profile
from registry.storage.proofs import Sight
from tests.registries import START, Desk


def test_a_profile_is_kept_and_kept_anew(desk: Desk) -> None:
    seen = (Sight("https://a.example/", False, "not there"),)
    profile = Profile("p", "ops@a.example", "a.example", DomainState.WAITING, seen=seen)
    proved = replace(profile, state=DomainState.PROVED, proved_at=START, reads_directory=True)
    with desk.registry.bookkeeping() as uow:
        uow.platform_profiles.keep(profile)
        uow.platform_profiles.keep(proved)
        assert uow.platform_profiles.of("p") == proved
        assert uow.platform_profiles.of_all(["q", "p"]) == {"q": Profile("q"), "p": proved}
    assert profile.proved_domain is None
    assert proved.proved_domain == "a.example"
