"""A platform's domain counts once a look found its code there, for as long as looks find it."""

import pytest

from registry.errors import Conflict, InvalidInput, NotFound
from registry.services.actor import REGISTRY
from registry.services.prove_claim import RECHECK_MS, AskedTooSoon
from registry.services.prove_domain import (
    DOMAIN,
    ask_for_domain_proof,
    challenge_for,
    name_domain,
    prove_domain,
)
from registry.services.recheck_claims import AGAIN_MS, FAILING_MS
from registry.storage.platform_profiles import DomainState, Profile
from tests.fetching.sites import Web, redirect, reply
from tests.registries import DAY, HOUR, STEWARD, Desk

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what asks no store what could differ from one kind to the other."""
HOST, FILE = "other.example", "/.well-known/consent-registry.txt"


def profile(desk: Desk) -> Profile:
    with desk.registry.reading() as uow:
        return uow.platform_profiles.of(desk.platform())


def named(desk: Desk, domain: str = HOST) -> str:
    """The line to be put up for the domain of the platform, which was just named."""
    platform = desk.platform()
    with desk.registry.writing() as ledger:
        name_domain(ledger, platform, domain, STEWARD)
    asked = challenge_for(desk.registry.place, profile(desk))
    assert asked is not None
    return asked.token


def looked(desk: Desk, web: Web) -> DomainState:
    with web.kept_fetcher() as fetcher:
        return prove_domain(desk.registry, desk.platform(), fetcher, REGISTRY)


def due(desk: Desk) -> int:
    with desk.registry.reading() as uow:
        job = uow.jobs.of(DOMAIN, desk.platform())
    assert job is not None
    return job.due - desk.clock.now


def test_the_file_at_the_host_proves_it_and_it_is_looked_at_again_in_a_week(
    desk: Desk, web: Web
) -> None:
    line = named(desk)
    assert profile(desk).proved_domain is None
    web.put(HOST, FILE, reply(line))
    assert looked(desk, web) is DomainState.PROVED
    assert profile(desk).proved_domain == HOST
    assert (profile(desk).proved_at or 0) >= desk.clock.now
    assert RECHECK_MS <= due(desk) < RECHECK_MS + HOUR
    assert not web.reached_what_is_forbidden


@ON_SQLITE
def test_a_record_in_dns_proves_it(desk: Desk, web: Web) -> None:
    web.put(HOST, "/", reply("nothing of this"))
    web.records(f"_consent-registry.{HOST}", "something else", named(desk))
    assert looked(desk, web) is DomainState.PROVED


@ON_SQLITE
def test_another_platforms_line_a_page_and_a_redirect_elsewhere_prove_nothing(
    desk: Desk, web: Web
) -> None:
    line = named(desk)
    web.put(HOST, FILE, reply(line[:-1] + ("a" if line[-1] != "a" else "b")))
    assert looked(desk, web) is DomainState.FAILED
    web.put(HOST, FILE, reply(f"<p>{line}", "text/html"))
    assert looked(desk, web) is DomainState.FAILED
    web.put("artist.example", FILE, reply(line))
    web.put(HOST, FILE, redirect(f"https://artist.example{FILE}"))
    assert looked(desk, web) is DomainState.FAILED
    assert [each.proved for each in profile(desk).seen] == [False, False]


@ON_SQLITE
def test_a_domain_with_an_address_of_this_machine_is_never_connected_to(
    desk: Desk, web: Web
) -> None:
    named(desk)
    web.name(HOST, ["127.0.0.1"])
    assert looked(desk, web) is DomainState.FAILED
    assert not web.reached_what_is_forbidden


@ON_SQLITE
def test_three_failures_over_two_days_let_it_lapse_and_not_sooner(desk: Desk, web: Web) -> None:
    web.put(HOST, FILE, reply(named(desk)))
    looked(desk, web)
    web.take_down(HOST, FILE)
    for hours in (0, 1, 1):
        desk.clock.forward(hours * HOUR)
        assert looked(desk, web) is DomainState.PROVED
    assert due(desk) < AGAIN_MS + HOUR
    desk.clock.forward(FAILING_MS)
    assert looked(desk, web) is DomainState.LAPSED
    assert profile(desk).proved_domain is None


@ON_SQLITE
def test_another_domain_has_to_be_proved_anew(desk: Desk, web: Web) -> None:
    web.put(HOST, FILE, reply(named(desk)))
    looked(desk, web)
    named(desk, "music.example")
    assert profile(desk).state is DomainState.FAILED
    assert profile(desk).proved_domain is None
    with desk.registry.writing() as ledger:
        assert name_domain(ledger, desk.platform(), "", STEWARD).state is DomainState.NONE


@ON_SQLITE
def test_a_look_is_asked_for_once_a_minute(desk: Desk) -> None:
    named(desk)
    with desk.registry.writing() as ledger:
        assert ask_for_domain_proof(ledger, desk.platform()).state is DomainState.WAITING
    with desk.registry.writing() as ledger, pytest.raises(AskedTooSoon):
        ask_for_domain_proof(ledger, desk.platform())
    desk.clock.forward(DAY)
    with desk.registry.writing() as ledger:
        ask_for_domain_proof(ledger, desk.platform())


@ON_SQLITE
def test_what_cannot_be_named_or_asked_for_is_refused(desk: Desk) -> None:
    platform = desk.platform()
    with desk.registry.writing() as ledger:
        with pytest.raises(InvalidInput):
            name_domain(ledger, platform, "co.uk", STEWARD)
        with pytest.raises(Conflict):
            ask_for_domain_proof(ledger, platform)
        with pytest.raises(NotFound):
            name_domain(ledger, desk.registry.place.issuer, HOST, STEWARD)
