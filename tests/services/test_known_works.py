"""A work is known again by its rightsholder, its kind and its principal identifier, and by nothing less."""

from registry.domain.vocabulary import LinkKind, Role, WorkKind
from registry.services.known_works import KnownWorks
from registry.storage.staged_works import StagedWork
from tests.registries import Desk

ISRC, ISWC = "isrc:GBAYE0601498", "iswc:T0345246801"


def staged(key: str, *links: str) -> StagedWork:
    kind, _, text = key.partition(" ")
    named = tuple((LinkKind.EMBODIES, each) for each in links)
    return StagedWork(1, key, WorkKind(kind), "T", (text,), (2,), named)


def known(desk: Desk, *works: StagedWork):
    with desk.registry.reading() as uow:
        found = KnownWorks(uow, desk.rightsholder(), works)
        return [found.own(work.key) for work in works], [
            [each.id for each in found.linked(key)] for work in works for _, key in work.links
        ]


def test_ones_own_work_is_known_by_its_principal_identifier_alone(desk: Desk) -> None:
    desk.rightsholder()
    work, _ = desk.work(ISRC, "https://a.example/x")
    (own,), _ = known(desk, staged(f"recording {ISRC}"))
    assert own is not None
    assert own.id == work
    for key in ("recording https://a.example/x", f"video {ISRC}", "recording isrc:GBAYE0601499"):
        assert known(desk, staged(key))[0] == [None]


def test_anothers_work_is_not_ones_own_but_may_be_linked(desk: Desk) -> None:
    desk.rightsholder()
    songs = [
        desk.work(ISWC, by=by, kind=WorkKind.COMPOSITION, role=Role.COMPOSITION, embodies=None)[0]
        for by in ("R2", "R3")
    ]
    own, linked = known(desk, staged(f"recording {ISRC}", f"composition {ISWC}"))
    assert (own, sorted(linked[0])) == ([None], sorted(songs))
    mine, _ = desk.work(ISWC, kind=WorkKind.COMPOSITION, role=Role.COMPOSITION, embodies=None)
    assert known(desk, staged(f"recording {ISRC}", f"composition {ISWC}"))[1] == [[mine]]


def test_spellings_that_only_restrict_alike_are_not_the_same_work(desk: Desk) -> None:
    desk.rightsholder()
    desk.work("https://a.example/X")
    assert known(desk, staged("recording https://a.example/x"))[0] == [None]
