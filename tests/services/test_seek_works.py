"""Works are found by title and by any spelling of what names them, by what is said, and by what is behind it."""

import pytest

from registry.errors import InvalidInput, NotFound
from registry.services.attest_claim import attest_claim
from registry.services.seek_works import LONGEST_TEXT, Filter, Search
from registry.storage.repertoire import Behind, Order
from tests.registries import DAY, START, STEWARD, Desk

SITE = "https://artist.com"
ISRCS = ("isrc:GBAYE0601498", "isrc:GBAYE0601499", "isrc:USRC17607839")


def found(desk: Desk, limit: int = 10, order: Order = Order.TITLE, **wanted) -> list[str]:  # type: ignore[no-untyped-def]
    """The titles."""
    place = {name: wanted.pop(name, "") for name in ("after", "before")}
    with desk.registry.reading() as uow:
        search = Search(uow, desk.rightsholder(), desk.clock())
        rows = search.page(Filter(**wanted), order, limit, **place)
        if limit == 10:
            assert search.count(Filter(**wanted)) == len(rows)
        return [search.listed(row).work.title for row in rows]


def behind(desk: Desk) -> dict[str, Behind]:
    with desk.registry.reading() as uow:
        search = Search(uow, desk.rightsholder(), desk.clock())
        rows = search.page(Filter(), Order.TITLE, 10, "", "")
        return {each.work.title: each.behind for each in map(search.listed, rows)}


def test_a_filter_comes_back_from_its_query_as_it_was() -> None:
    for wanted in (
        Filter(),
        Filter("a & b=c", ("isrc:GBAYE0601498", "https://a.com/?x=1&y"), "no-ai", "text"),
        Filter(behind="proved", waiting=True),
    ):
        assert Filter.of(wanted.query()) == wanted


@pytest.mark.parametrize(
    "query", ["stance=everything", "kind=song", "behind=somebody", f"text={'a' * 201}"]
)
def test_a_filter_that_does_not_exist_is_refused_rather_than_left_out(query: str) -> None:
    assert LONGEST_TEXT == 200
    with pytest.raises(InvalidInput):
        Filter.of(query)


def test_nobodys_works_are_not_found(desk: Desk) -> None:
    with desk.registry.reading() as uow, pytest.raises(NotFound):
        Search(uow, "r", START)


def test_titles_are_found_by_their_words_in_any_order_and_case(desk: Desk) -> None:
    desk.work(f"{SITE}/1", title="Night Train to Ätna")
    desk.work(f"{SITE}/2", title="Daylight")
    assert found(desk, text="ETNA night") == []
    assert found(desk, text="ATNA night") == ["Night Train to Ätna"]
    assert found(desk, text="ight") == ["Daylight", "Night Train to Ätna"]


def test_an_identifier_finds_its_work_beside_what_is_called_so(desk: Desk) -> None:
    desk.work(f"{SITE}/x", ISRCS[0], title="One")
    desk.work(f"{SITE}/y", title="artist.com/x live")
    desk.work(f"{SITE}/x", by="R2", title="Theirs")
    assert found(desk, identifiers=(ISRCS[0],)) == ["One"]
    assert found(desk, identifiers=("http://www.artist.com/x",)) == ["One"]
    both = found(desk, identifiers=("https://artist.com/x",), text="artist.com/x")
    assert both == ["artist.com/x live", "One"]
    assert found(desk, identifiers=(ISRCS[2],)) == [], "what leads nowhere does not find everything"


def test_proof_of_a_work_of_its_prefix_and_of_its_place_count_alike(desk: Desk) -> None:
    claims = {
        title: desk.work(*names, title=title)[1]
        for title, names in {
            "a": (f"{SITE}/a", ISRCS[0]),
            "b": (ISRCS[1],),
            "c": (f"{SITE}/c", ISRCS[2]),
            "d": (ISRCS[2],),
        }.items()
    }
    assert set(behind(desk).values()) == {Behind.DECLARED}
    desk.prove(claims["c"], f"{SITE}/c")
    assert found(desk, behind="partly") == ["c"]
    with desk.registry.writing() as ledger:
        attest_claim(ledger, claims["a"], STEWARD, "seen", prefix="isrc:GBAYE")
    expected = {"a": "partly", "b": "proved", "c": "partly", "d": "declared"}
    assert behind(desk) == expected
    for word in Behind:
        assert found(desk, behind=word.value) == [t for t, b in expected.items() if b == word]
    with desk.registry.reading() as uow:
        search = Search(uow, desk.rightsholder(), desk.clock())
        rows = list(search.after(Filter(behind="partly"), ""))
        assert found(desk, 1, behind="partly", after=rows[0].work) == ["c"]
        assert found(desk, 1, behind="partly", before=rows[1].work) == ["a"]


def test_proof_of_a_place_counts_for_the_addresses_under_it_alone(desk: Desk) -> None:
    _, claim = desk.location(f"{SITE}/music/", subdomains=True)
    for title, address in {
        "under it": f"{SITE}/music/x",
        "on a host below": "https://shop.artist.com/music/y",
        "beside it": f"{SITE}/musical",
        "only named in it": "https://elsewhere.example/artist.com/music/x",
    }.items():
        desk.work(address, title=title)
    with desk.registry.writing() as ledger:
        attest_claim(ledger, claim, STEWARD, "seen", location=True)
    expected = {
        "under it": "proved",
        "on a host below": "proved",
        "beside it": "declared",
        "only named in it": "declared",
    }
    assert behind(desk) == expected
    assert found(desk, behind="proved") == ["on a host below", "under it"]


def test_what_waits_is_shown_and_found_until_it_takes_effect(desk: Desk) -> None:
    work, _ = desk.work(f"{SITE}/a", title="a")
    desk.work(f"{SITE}/b", title="b")
    desk.declare(work, ai_input="allow")
    assert found(desk, waiting=True) == ["a"]
    with desk.registry.reading() as uow:
        search = Search(uow, desk.rightsholder(), desk.clock())
        (row,) = search.page(Filter(waiting=True), Order.NEWEST, 10, "", "")
        (waits,) = search.listed(row).waiting
        assert waits.effect == waits.takes_effect_at > desk.clock()
    desk.clock.forward(4 * DAY)
    assert found(desk, waiting=True) == []
    assert found(desk, stance="mixed", kind="recording") == ["a"]
    assert found(desk, stance="nothing", kind="text") == []
