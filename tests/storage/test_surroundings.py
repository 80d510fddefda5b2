"""What lies around works and URLs: found once for one state of the log, and nothing taken for empty that is not."""

import pytest
from sqlalchemy import delete

from registry.domain.events import Subject
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Decision, Usage
from registry.errors import TooLarge
from registry.storage import surroundings
from registry.storage.engine import writing
from registry.storage.glances import tell_at_a_glance
from registry.storage.surroundings import Surroundings
from registry.storage.tables import dossiers
from tests.registries import HOUR, Desk

ISRC = "isrc:GBAYE0601498"


def urls_under(desk: Desk, *folders: str) -> dict[str, tuple[list[str], bool]]:
    """Folder → the URLs of the locations that cover it, and whether another lies further down."""
    with desk.registry.lookups.transaction() as transaction:
        shelf = transaction.shelf()
        assert shelf is not None
        around = Surroundings(transaction, shelf)
        around.find((), folders, ())
        return {
            name: ([each.url for each in folder.locations], folder.deeper)
            for name, folder in around.folders.items()
        }


def test_a_folder_knows_what_covers_it_and_whether_anything_lies_further_down(desk: Desk) -> None:
    desk.location("https://artist.example/a/")
    desk.location("https://artist.example/a/b/c/")
    desk.location("https://label.example/", subdomains=True)
    a, c = "https://artist.example/a/", "https://artist.example/a/b/c/"
    label = "https://label.example/"
    expected: dict[str, tuple[list[str], bool]] = {
        "artist.example/": ([], True),
        "artist.example/a/": ([a], True),
        "artist.example/a": ([a], False),
        "artist.example/a/b/": ([a], True),
        "artist.example/a/b/c/": ([c, a], False),
        "artist.example/z/": ([], False),
        "sub.artist.example/a/": ([], True),  # for all that is known without its dossier
        "sub.label.example/x/": ([label], False),
        "label.example/": ([label], False),
        "elsewhere.example/": ([], False),
    }
    for _ in range(2):  # the second time from the shelf
        assert urls_under(desk, *expected) == expected
    for name, found in expected.items():
        assert urls_under(desk, name) == {name: found}


def test_a_work_and_its_neighbour_of_one_batch_are_told_at_a_glance(desk: Desk) -> None:
    """What covers both is read once, and kept."""
    desk.work("https://artist.example/x/1")
    desk.location("https://artist.example/")
    desk.declare(Subject("catalogue", desk.names["R1"]), generative_training="deny")
    items = [(parse_identifier(f"https://artist.example/{path}"),) for path in ("x/1", "y/2")]
    with desk.registry.lookups.transaction() as transaction:
        told = tell_at_a_glance(
            transaction,
            Usage.GENERATIVE_TRAINING,
            items,
            desk.clock() + HOUR,
            max_validity_ms=HOUR,
            with_evidence=True,
        )
        shelf = transaction.shelf()
    assert [each is not None for each in told] == [True, False], "a whole host takes proof"
    assert shelf is not None
    assert len(shelf.verdicts(Usage.GENERATIVE_TRAINING)) == 2
    assert all(shelf.folder(f"artist.example/{name}/") for name in "xy")


def test_of_folders_on_sites_where_nobody_lives_nothing_is_kept(desk: Desk) -> None:
    desk.work(ISRC)
    urls_under(desk, "elsewhere.example/a/", "elsewhere.example/b/")
    with desk.registry.lookups.transaction() as transaction:
        shelf = transaction.shelf()
    assert shelf is not None
    assert shelf.folder("elsewhere.example/a/") is None
    assert shelf.inhabited("elsewhere.example") is False


def test_a_location_that_comes_later_is_seen_by_the_very_next_question(desk: Desk) -> None:
    for url in ("https://artist.example/a/x", "https://artist.example/a?x"):
        assert desk.ask(url).answer.decision is Decision.UNREGISTERED  # type: ignore[union-attr]
    place, _ = desk.location("https://artist.example/a/")
    desk.declare(Subject("location", place), generative_training="deny")
    for url in ("https://artist.example/a/x", "https://artist.example/a?x"):
        assert desk.ask(url).opted_out


def test_a_location_or_holder_whose_dossier_is_gone_stops_the_answer(desk: Desk) -> None:
    place, _ = desk.location("https://artist.example/a/")
    with writing(desk.registry.engine) as connection:
        connection.execute(delete(dossiers).where(dossiers.c.id == place))
    with pytest.raises(LookupError, match="lacks a dossier"):
        desk.ask("https://artist.example/a/x")


def test_more_than_a_question_may_cost_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "MOST_DOSSIERS", 1)
    for number in range(3):
        desk.location(f"https://artist{number}.example/a/")
    with pytest.raises(TooLarge, match="fewer items"):
        desk.ask_all([(f"https://artist{number}.example/a/x",) for number in range(3)])
