"""Rows gathered to works: in any order the same, each linked to what comes before it."""

import random

import pytest

from registry.catalogues.rows import Fault
from registry.catalogues.works_named import Entry, Named
from registry.domain.vocabulary import LinkKind, WorkKind
from registry.storage.staged_works import StagedWorks, staging

R, C, A = WorkKind.RECORDING, WorkKind.COMPOSITION, WorkKind.RELEASE
UPC, ISWC = "upc:5099749534728", "iswc:T0345246801"


def isrc(number: int) -> str:
    return f"isrc:GBAYE{number:07d}"


def track(number: int, of: int, title: str = "T", *more: str, album: str = "Alb") -> Entry:
    return Entry(
        number,
        Named(R, title, (isrc(of), *more)),
        Named(A, album, (UPC,)),
        (Named(C, title, (ISWC,)),),
    )


def staged(path, entries, *, own_compositions=False):
    path.unlink(missing_ok=True)
    with staging(path, own_compositions=own_compositions) as stage:
        for entry in entries:
            stage.add(entry)
        count = stage.finish()
    return count, StagedWorks(path)


def without_rows(works):
    return [(w.place, w.key, w.title, w.identifiers, w.links) for w in works]


def test_works_come_in_the_order_in_which_they_can_be_linked(tmp_path):
    count, works = staged(tmp_path / "w", [track(2, 1)], own_compositions=True)
    assert [each.kind for each in works.after(0, 9)] == [C, A, R]
    assert count == 3
    (recording,) = works.after(2, 9)
    assert recording.links == (
        (LinkKind.EMBODIES, f"composition {ISWC}"),
        (LinkKind.PART_OF, f"release {UPC}"),
    )


def test_compositions_of_others_are_only_linked(tmp_path):
    _, works = staged(tmp_path / "w", [track(2, 1)])
    assert [each.kind for each in works.after(0, 9)] == [A, R]


def test_rows_in_any_order_give_the_same_works(tmp_path):
    entries = [
        track(n, n % 7, random.Random(n).choice("abc"), f"https://a.example/{n}") for n in range(60)
    ]
    entries += [Entry(99, Named(A, "Own title", (UPC, "grid:A12425GABC1234002M")))]
    _, first = staged(tmp_path / "w", entries)
    before = without_rows(first.after(0, 100))
    for seed in range(5):
        random.Random(seed).shuffle(entries)
        _, again = staged(tmp_path / "w", entries)
        assert without_rows(again.after(0, 100)) == before
    release = before[0]
    assert (release[2], release[3]) == ("Own title", (UPC, "grid:A12425GABC1234002M"))


@pytest.mark.parametrize(
    ("titles", "title"),
    [(("b", "a", "b"), "b"), (("b", "a"), "a"), (("", "x"), "x"), (("",), f"Release {UPC}")],
)
def test_of_several_titles_most_rows_decide_then_the_alphabet(tmp_path, titles, title):
    _, works = staged(tmp_path / "w", [track(n, n, album=each) for n, each in enumerate(titles)])
    assert works.after(0, 1)[0].title == title


def test_in_a_message_the_release_says_what_is_on_it(tmp_path):
    entries = [
        Entry(1, Named(R, "T", (isrc(1),)), reference="A1"),
        Entry(2, Named(A, "Alb", (UPC,)), reference="R0", contains=("A1", "A9", "A1")),
    ]
    _, works = staged(tmp_path / "w", entries)
    assert works.after(1, 9)[0].links == ((LinkKind.PART_OF, f"release {UPC}"),)


def test_rejected_rows_are_kept_in_their_order_each_once(tmp_path):
    with staging(tmp_path / "w", own_compositions=False) as stage:
        stage.reject(7, Fault("ISRC", "length", "12"))
        assert stage.finish() == 0
    works = StagedWorks(tmp_path / "w")
    assert works.reject([3, 7], Fault("", "too-many-links", "…")) == 2
    assert [(number, fault.code) for number, fault in works.rejected()] == [
        (3, "too-many-links"),
        (7, "length"),
    ]
