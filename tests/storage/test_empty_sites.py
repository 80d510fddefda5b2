"""What lies on a site on which nobody registered anything is unregistered, and of no other site is that told."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from registry.domain.urls import plain_site
from registry.services.answer import MANY, Inquiry, Item, ItemAnswer, answer
from registry.storage.empty_sites import empty_sites
from registry.storage.engine import writing
from registry.storage.tables import log_head
from tests.domain.asking import DENY, GEN
from tests.model.histories import ONLY_WIDE, POOL, any_histories, catalogue, parties
from tests.model.later_histories import later_histories
from tests.model.profiles import examples
from tests.storage.folded import HOUR, Store, opened

BESIDE = (
    "https://artist.com/elsewhere", "https://sub.artist.com/x", "https://a.sub.artist.com/x/y",
    "http://www.label.net/a", "https://music.label.net/", "https://label.net/r/2?c",
    "https://m.music.label.net/deep/er/still", "https://nobody.example/", "https://com/x",
    "https://soundcloud.com/somebody/x", "https://doi.org/10.1000/182", "https://nobody.example:8443/x",
    "https://www.nobody.example/index.html", "nonsense", "https://artist.com./x", "HTTPS://ARTIST.COM/x",
)  # fmt: skip
ASKED = (*POOL, *BESIDE, *(each for spellings in ONLY_WIDE.values() for each in spellings))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("sites")) as found:
        yield found


def told(store: Store, now: int, *texts: str) -> tuple[ItemAnswer, ...]:
    items = [Item((text,)) for text in texts]
    return answer(store.lookups, Inquiry(GEN, items, None), now=now, max_validity=HOUR).results


def empty(store: Store, *sites: str) -> set[str]:
    with store.lookups.transaction() as transaction:
        return empty_sites(transaction, sites)


@given(st.one_of(any_histories(), later_histories()), st.data())
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(40))
def test_of_many_each_is_told_what_it_is_told_alone(
    store: Store, history: Any, data: st.DataObject
) -> None:
    """Also when more is registered between two questions."""
    cut = data.draw(st.integers(len(history) // 2, len(history)))
    now = history[-1].at
    for begin, end in ((0, cut), (cut, len(history))):
        if begin == end:
            continue
        (store.grow if begin else store.fold)(history[begin:end])
        together = told(store, now, *ASKED)
        assert len(together) >= MANY
        for text, found in zip(ASKED, together, strict=True):
            (alone,) = told(store, now, text)
            if alone.answer is None:
                assert found.answer is None
                continue
            assert found == alone, text
            site = plain_site(text)
            if site is not None:
                event("empty" if site in empty(store, site) else "not empty")


def test_a_site_is_empty_until_a_work_or_a_location_that_may_cover_it_is_there(
    store: Store,
) -> None:
    log = parties()
    log.work("r1", "https://www.artist.com/a/y")
    log.location("r1", "https://label.net/", subdomains=True)
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    store.fold(log.entries)
    sites = ("artist.com", "sub.artist.com", "label.net", "sub.label.net", "nobody.example")
    assert empty(store, *sites) == {"sub.artist.com", "nobody.example"}
    begin = len(log.entries)
    log.work("r1", "http://nobody.example/x")
    store.grow(log.entries[begin:])
    assert empty(store, *sites) == {"sub.artist.com"}


def test_nothing_is_told_of_a_site_where_a_program_without_cards_wrote(store: Store) -> None:
    store.fold(parties().entries)
    assert empty(store, "nobody.example") == {"nobody.example"}
    with writing(store.engine) as connection:
        connection.execute(update(log_head).values(cards_size=0))
    assert empty(store, "nobody.example") == set()
