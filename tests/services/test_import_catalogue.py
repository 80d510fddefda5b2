"""Catalogues that were sent: room for them, how they are started, started otherwise, and cancelled."""

import pytest

from registry.catalogues.options import Options
from registry.errors import Conflict, InvalidInput, NotFound, TooLarge
from registry.services import import_catalogue
from registry.services.import_catalogue import (
    MOST_OPEN,
    cancel,
    look_again,
    own_import,
    start,
)
from registry.storage.imports import ImportState
from registry.worker.imports import run_import
from tests.importing import STEADY, as_it_is, sent, started
from tests.registries import Desk

TEXT = "Song,Code\nA,GBAYE0601498\n"


def test_only_so_many_have_not_ended_at_once(desk: Desk) -> None:
    for number in range(MOST_OPEN):
        sent(desk, f"{TEXT}B{number},GBAYE0601499\n")
    with pytest.raises(TooLarge, match="cancel"):
        sent(desk, TEXT)
    with desk.registry.bookkeeping() as uow:
        first = uow.imports.open_of(desk.names["R1"])[0]
        cancel(uow, first, STEADY, desk.clock())
    assert sent(desk, TEXT).state is ImportState.UPLOADED


def test_of_anothers_import_nothing_is_known(desk: Desk) -> None:
    found, other = sent(desk, TEXT), desk.rightsholder("R2")
    with desk.registry.reading() as uow:
        assert own_import(uow, found.rightsholder, found.id) == found
        for rightsholder, id in (
            (other, found.id),
            (found.rightsholder, "x"),
            (found.rightsholder, other),
        ):
            with pytest.raises(NotFound):
                own_import(uow, rightsholder, id)


def test_while_it_runs_it_is_started_once_more_only_as_it_is(desk: Desk) -> None:
    found = sent(desk, TEXT)
    started(desk, found)
    running = as_it_is(desk, found.id)
    files = desk.registry.import_files
    with desk.registry.bookkeeping() as uow:
        assert start(uow, files, running, STEADY, desk.clock()).state is ImportState.READING
        with pytest.raises(Conflict, match="running"):
            start(uow, files, running, STEADY, desk.clock(), options=Options(preset="everything"))


def test_started_with_another_mapping_it_is_read_anew(desk: Desk) -> None:
    found = sent(desk, "Song,Code,X\nA,GBAYE0601498,B\n")
    run_import(desk.registry, started(desk, found, dry=True))
    tried = as_it_is(desk, found.id)
    other = Options(mapping={"X": "title"}, preset="no-ai")
    run_import(desk.registry, started(desk, tried, options=other))
    done = as_it_is(desk, found.id)
    assert (done.state, done.registered) == (ImportState.DONE, 1)
    with desk.registry.reading() as uow:
        (held,) = uow.projection.held_by(done.rightsholder)
        assert uow.projection.dossier("work", held.id).title == "B"
    with pytest.raises(Conflict, match="done"):
        started(desk, done)
    with desk.registry.bookkeeping() as uow, pytest.raises(Conflict, match="ended"):
        cancel(uow, done, STEADY, desk.clock())


def test_other_options_come_with_a_look_at_what_they_make_of_the_file(desk: Desk) -> None:
    found, other = sent(desk, TEXT), Options(mapping={"Song": ""})
    files = desk.registry.import_files
    assert look_again(files, found, found.options, desk.clock()) is None
    look = look_again(files, found, other, desk.clock())
    assert look is not None
    assert look.columns[0].field == ""
    with desk.registry.bookkeeping() as uow, pytest.raises(Conflict, match="meanwhile"):
        start(uow, files, found, STEADY, desk.clock(), options=other)


def test_a_start_without_its_file_or_with_a_bad_mapping_changes_nothing(desk: Desk) -> None:
    found = sent(desk, TEXT)
    with pytest.raises(InvalidInput, match="no column"):
        started(desk, found, options=Options(mapping={"Nothing": "isrc"}))
    assert as_it_is(desk, found.id) == found
    desk.registry.import_files.forget(found.id)
    with pytest.raises(NotFound, match="send it again"):
        started(desk, found)


def test_a_name_that_is_none_is_refused_and_what_was_received_is_the_callers(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="name"):
        sent(desk, TEXT, name="a\nb")
    assert sent(desk, TEXT, name=" ").name == "catalogue"
    assert import_catalogue.actor_of(sent(desk, TEXT)) == STEADY
