"""The whole projection at one moment: every key and dossier, in order, and what the rules need about one identifier."""

import pytest

from registry.domain.dossiers import Work
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.errors import TooLarge
from registry.storage import whole_projection as module
from registry.storage.tables import dossiers
from registry.storage.whole_projection import whole_projection
from tests.registries import Desk

CODE, URL, PLACE = "isrc:GBAYE0601498", "https://artist.com/x", "https://artist.com/"


def fill(desk: Desk) -> str:
    work, _ = desk.work(CODE, URL)
    desk.location(PLACE)
    desk.work(CODE, by="R2")  # the same code once more
    return work


def test_every_key_and_dossier_comes_in_order_however_small_the_parts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk)
    monkeypatch.setattr(module, "PART", 10)
    with whole_projection(desk.registry.engine) as store:
        keys = [key for part in store.lookup_keys() for key in part]
        wanted = {parse_identifier(text).wide_key for text in (CODE, URL)}
        assert set(keys) == wanted | {parse_location(PLACE).key}
        assert keys == sorted(keys)
        found = [d for _, part in store.dossiers("work", "location") for d in part]
        assert [type(d).__name__ for d in found].count("Work") == 2
        assert [d.id for d in found] == sorted(d.id for d in found)
        counted, all_dossiers = store.count()
        assert counted == 4
        assert all_dossiers == sum(passed for passed, _ in store.dossiers("work"))


def test_it_is_one_moment_whatever_is_written_meanwhile(desk: Desk) -> None:
    fill(desk)
    with whole_projection(desk.registry.engine) as store:
        head = store.head()
        before = store.count()
        desk.work("iswc:T0345246801", by="R3")
        assert (store.head(), store.count()) == (head, before)
    with whole_projection(desk.registry.engine) as store:
        assert store.count() != before


def test_what_lies_behind_an_identifier_is_all_there(desk: Desk) -> None:
    work = fill(desk)
    with whole_projection(desk.registry.engine) as store:
        facts = store.facts(parse_identifier(CODE))
    assert len(list(facts.meeting(parse_identifier(CODE).wide_key))) == 2
    found = facts.dossier("work", work)
    assert isinstance(found, Work)
    assert facts.dossier("rightsholder", found.claims[0].rightsholder).id == desk.names["R1"]
    (place,) = facts.meeting(parse_location(PLACE).key)
    assert place.kind == "location"
    with pytest.raises(LookupError, match="was not read"):
        facts.meeting(b"another")


def test_a_dossier_that_is_missing_is_no_absence(desk: Desk) -> None:
    fill(desk)
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(dossiers.delete().where(dossiers.c.kind == "rightsholder"))
    with (
        whole_projection(desk.registry.engine) as store,
        pytest.raises(LookupError, match="registry fsck"),
    ):
        store.facts(parse_identifier(CODE))


def test_more_than_can_be_looked_at_is_too_much(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk)
    monkeypatch.setattr(module, "MOST_BEHIND", 2)
    with whole_projection(desk.registry.engine) as store, pytest.raises(TooLarge):
        store.facts(parse_identifier(CODE))
