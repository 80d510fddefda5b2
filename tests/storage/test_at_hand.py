"""What look-ups share while nothing is declared, and that it is never more than they would read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from sqlalchemy import update

from registry.domain.dossiers import (
    Dossier,
    HeldClaim,
    Location,
    Platform,
    Rightsholder,
    Work,
    encode_dossier,
)
from registry.domain.events import Subject
from registry.domain.glance import Folder
from registry.domain.vocabulary import Decision, Role, Usage, WorkKind
from registry.services.rebuild import rebuild_projection
from registry.storage import at_hand
from registry.storage.at_hand import MOST_BYTES, AtHand, Changes, Shelf, State
from registry.storage.engine import writing
from registry.storage.tables import dossiers
from tests.registries import Desk
from tests.service_histories import POOL, lived_in

ISRC = "isrc:GBAYE0601498"
KEY, OTHER = b"1" * 32, b"2" * 32
ARTIST = Rightsholder(id="r", name="Artist")
FOLDER = Location(
    id="l",
    url="https://a.example/",
    subdomains=False,
    whole_host=True,
    expression="a.example/",
    rank=[0, 2],
)


def a_state(size: int, built: int = 1) -> State:
    return State(size, b"root of %d" % size, built)


def nothing_known(state: State) -> None:
    """Of what has happened since."""


def changed(*ids: str, locations: bool = False) -> Callable[[State], Changes]:
    return lambda _: Changes(frozenset(ids), locations)


def test_a_shelf_is_of_one_state_and_the_next_state_has_an_empty_one() -> None:
    shelves = AtHand()
    shelves.at(a_state(1), nothing_known).keep(ARTIST, 100)
    assert shelves.at(a_state(1), nothing_known).dossier("r") is ARTIST
    for other in (a_state(2), a_state(2, built=2), State(2, b"forked", 2)):
        assert shelves.at(other, nothing_known).dossier("r") is None, other


def test_what_a_write_did_not_change_goes_over_to_the_next_shelf() -> None:
    shelves = AtHand()
    shelf = shelves.at(a_state(1), nothing_known)
    shelf.keep(ARTIST, 100)
    shelf.keep(FOLDER, 100)
    shelf.keep_place(KEY, ())
    shelf.keep_site("a.example", True)
    shelf.keep_folder("a.example/", Folder((FOLDER,), False))
    after_nothing = shelves.at(a_state(2), changed())
    after_another = shelves.at(a_state(3), changed("somebody else"))
    for each in (after_nothing, after_another):
        assert (each.dossier("r"), each.dossier("l")) == (ARTIST, FOLDER)
        assert (each.place(KEY), each.inhabited("a.example")) == (((), []), True)
        assert each.folder("a.example/") == Folder((FOLDER,), False)
    after_the_artist = shelves.at(a_state(4), changed("r"))
    assert (after_the_artist.dossier("r"), after_the_artist.dossier("l")) == (None, FOLDER)
    after_a_location = shelves.at(a_state(5), changed("another", locations=True))
    assert after_a_location.dossier("l") is FOLDER
    assert after_a_location.place(KEY) is None
    assert after_a_location.inhabited("a.example") is None
    assert after_a_location.folder("a.example/") is None


def test_a_location_goes_with_whoever_claimed_it_since_their_words_may_stand_there() -> None:
    claim = HeldClaim(id="c", seq=0, at=0, rightsholder="r", role=Role.OTHER, ended=True)
    place = msgspec.structs.replace(FOLDER, claims=[claim])
    shelves = AtHand()
    shelf = shelves.at(a_state(1), nothing_known)
    shelf.keep(place, 100)
    shelf.keep_folder("a.example/", Folder((place,), False))
    later = shelves.at(a_state(2), changed("r"))
    assert (later.dossier("l"), later.folder("a.example/")) == (None, None)


def test_another_log_or_another_making_of_it_begins_with_an_empty_shelf() -> None:
    shelves = AtHand()
    shelves.at(a_state(5), nothing_known).keep(ARTIST, 100)
    assert shelves.at(a_state(6, built=2), changed()).dossier("r") is None


def test_a_moment_that_began_before_a_write_takes_nothing_from_those_after_it() -> None:
    shelves = AtHand()
    shelves.at(a_state(2), nothing_known).keep(ARTIST, 100)
    assert shelves.at(a_state(1), changed()).dossier("r") is None
    assert shelves.at(a_state(2), nothing_known).dossier("r") is ARTIST


def test_the_store_says_what_has_changed_since_and_only_of_its_own_log(desk: Desk) -> None:
    desk.work(ISRC)
    with desk.registry.lookups.transaction() as transaction:
        shelf = transaction.shelf()
    assert shelf is not None
    then = shelf.state
    assert then is not None
    place, _ = desk.location("https://artist.example/", by="R2")
    desk.work("isrc:USRC17607839")
    with desk.registry.lookups.transaction() as transaction:
        found = transaction.changes_since(then)
        assert found == Changes(frozenset([place, desk.names["R2"]]), True)
        assert transaction.changes_since(then._replace(root=bytes(32))) is None
        assert transaction.changes_since(then._replace(size=then.size + 1)) is None


def test_rightsholders_and_locations_lie_there_and_nothing_else_and_nothing_long() -> None:
    shelf = Shelf(a_state(1))
    work = Work(id="w", kind=WorkKind.RECORDING, title="", identifiers=[])
    platform = Platform(id="p", name="P", legal_entity="P Ltd")
    for each in (ARTIST, FOLDER, work, platform):
        shelf.keep(each, MOST_BYTES)
    assert [bool(shelf.dossier(id)) for id in "rlwp"] == [True, True, False, False]
    shelf.keep(Rightsholder(id="long", name="Artist"), MOST_BYTES + 1)
    assert shelf.dossier("long") is None


def test_a_key_leads_nowhere_only_if_that_was_read() -> None:
    shelf = Shelf(a_state(1))
    assert shelf.place(KEY) is None
    shelf.keep_place(KEY, ())
    assert shelf.place(KEY) == ((), [])


def test_a_key_whose_location_is_not_there_has_to_be_read() -> None:
    shelf = Shelf(a_state(1))
    there = (Subject("location", "l"),)
    shelf.keep_place(KEY, there)
    assert shelf.place(KEY) is None
    shelf.keep(FOLDER, 100)
    assert shelf.place(KEY) == (there, [FOLDER])


def test_a_full_shelf_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_hand, "MOST_DOSSIERS", 1)
    monkeypatch.setattr(at_hand, "MOST_PLACES", 1)
    shelf = Shelf(a_state(1))
    shelf.keep(FOLDER, 100)
    shelf.keep(ARTIST, 100)
    assert (shelf.dossier("l"), shelf.dossier("r")) == (None, ARTIST)
    shelf.keep_place(KEY, ())
    shelf.keep_place(OTHER, ())
    assert (shelf.place(KEY), shelf.place(OTHER)) == (None, ((), []))


@contextmanager
def what_lies_at_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Dossier]]:
    """Every dossier that is put on a shelf, as it lies there."""
    kept: list[Dossier] = []
    keep = Shelf.keep

    def noted(self: Shelf, dossier: Dossier, size: int) -> None:
        keep(self, dossier, size)
        kept.append(dossier)

    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "keep", noted)
        yield kept


def test_no_answer_changes_what_the_next_one_looks_at(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived_in(desk, 5, 60)
    items = [(text,) for text in POOL] + [POOL]
    with what_lies_at_hand(monkeypatch) as kept:
        desk.ask_all(items)
        as_read = [encode_dossier(each) for each in kept]
        for usage in Usage:
            for asker in (None, desk.names["P"]):
                desk.ask_all(items, usage, asker=asker)
    assert len(as_read) > 3
    assert [encode_dossier(each) for each in kept[: len(as_read)]] == as_read


def test_what_was_made_anew_is_read_anew_though_nothing_was_declared(desk: Desk) -> None:
    desk.work(ISRC)
    holder = desk.rightsholder()
    desk.declare(Subject("catalogue", holder), generative_training="deny")
    spoilt = encode_dossier(Rightsholder(id=holder, name="R1"))
    with writing(desk.registry.engine) as connection:
        connection.execute(update(dossiers).where(dossiers.c.id == holder).values(body=spoilt))
    assert decided(desk) is Decision.UNSTATED
    with desk.registry.bookkeeping() as uow:
        rebuild_projection(uow)
    assert decided(desk) is Decision.DENY


def decided(desk: Desk) -> Decision:
    answer = desk.ask(ISRC).answer
    assert answer is not None
    return answer.decision
