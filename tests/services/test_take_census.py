"""A census of a real store, with what platforms asked."""

from functools import partial

from registry.instants import DAY_MS
from registry.services.take_census import take_census
from registry.storage.lookup_counts import Told
from registry.storage.platform_counts import Answered
from registry.storage.whole_projection import whole_projection
from tests.registries import Desk

ISRC = "isrc:GBAYE0601498"


def test_everything_is_counted_at_one_moment_and_kept(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    desk.prove(claim, ISRC)
    desk.declare(work, generative_training="deny")
    platform = desk.platform()
    now = desk.clock()
    day = now - now % DAY_MS
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({Told(work, day, platform, "generative-training", "deny"): 3})
        uow.platform_counts.add(
            {
                Answered(platform, day, "generative-training", "deny"): 3,
                Answered(platform, day - 40 * DAY_MS, "search", "unregistered"): 2,
            }
        )
    passed: list[int] = []
    census = take_census(partial(whole_projection, desk.registry.engine), now, passed.append)
    assert census.claims == {"controlled": 1}
    assert census.standing == {"generative-training": {"deny": 1}}
    assert census.waits == {"same-day": 1}
    assert census.lookups == {platform: {"deny": 3, "unregistered": 2}}
    assert len(census.lookups_by_month) == 2
    assert passed
    with desk.registry.reading() as uow:
        head = uow.log.head()
        assert uow.censuses.newest() is None
    assert head is not None
    assert census.size == head.head.size
    with desk.registry.bookkeeping() as uow:
        uow.censuses.keep(census)
        uow.censuses.keep(census)
        assert uow.censuses.newest() == census
