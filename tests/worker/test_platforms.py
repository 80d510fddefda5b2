"""Looks for platforms in the background, by a real fetch process; what goes wrong is tried again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from registry.errors import Unavailable
from registry.fetching.process import Fetcher, FetchProcess
from registry.services.prove_domain import DOMAIN
from registry.services.read_directory import DIRECTORY
from registry.storage.platform_profiles import DomainState
from registry.worker.kinds import KINDS
from registry.worker.platforms import look_at_directory, look_at_domain
from registry.worker.proofs import Fetching
from tests.fetching.sites import Web, reply
from tests.registries import DAY, Desk
from tests.services.test_prove_domain import FILE, HOST, ON_SQLITE, named, profile
from tests.services.test_read_directory import ONE, put_up, ready, standing
from tests.worker.test_proofs import settled, taken


def looking(web: Web) -> Fetching:
    return lambda url: FetchProcess(url, web.command())


@contextmanager
def nobody(_: str) -> Iterator[Fetcher]:
    raise Unavailable("nobody can look")
    yield


def test_the_kinds_are_entered() -> None:
    assert (KINDS[DOMAIN].run, KINDS[DIRECTORY].run) == (look_at_domain, look_at_directory)


@ON_SQLITE
def test_a_domain_is_looked_at_and_a_directory_is_read(desk: Desk, web: Web) -> None:
    ready(desk, web)
    put_up(desk, web, ONE)
    job = taken(desk, DIRECTORY, desk.platform())
    look_at_directory(desk.registry, job, fetching=looking(web))
    assert standing(desk) == {ONE.kid}
    assert settled(desk, job).due >= desk.clock.now + DAY
    web.put(HOST, FILE, reply("another line"))
    job = taken(desk, DOMAIN, desk.platform())
    look_at_domain(desk.registry, job, fetching=looking(web))
    assert (profile(desk).state, profile(desk).failures) == (DomainState.PROVED, 1)


@ON_SQLITE
def test_where_nobody_can_look_nothing_is_said_and_the_next_day_comes(desk: Desk, web: Web) -> None:
    web.put(HOST, FILE, reply(named(desk)))
    with desk.registry.bookkeeping() as uow:
        uow.jobs.add(DOMAIN, desk.platform(), desk.clock.now)
    job = taken(desk, DOMAIN, desk.platform())
    with pytest.raises(Unavailable):
        look_at_domain(desk.registry, job, fetching=nobody)
    assert profile(desk).tried_at is None
    assert settled(desk, job).due == desk.clock.now + DAY
