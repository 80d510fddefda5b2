"""Handlers reach dossiers by kind and id, or not at all."""

from typing import Any

import pytest

from registry.domain.dossiers import Work
from registry.domain.events import Subject
from registry.domain.folding import access
from registry.domain.state import State
from registry.domain.vocabulary import WorkKind
from tests.domain.asking import URL
from tests.model.histories import of_location, of_work, parties


def test_a_subject_leads_to_the_dossier_that_holds_its_claims_and_declarations() -> None:
    log = parties()
    work, place = log.work("r1", URL), log.location("r1", "https://artist.com/")
    state = State(log.entries)
    assert access.the_claimed(state, of_work(work)).id == work
    assert access.the_claimed(state, of_location(place)).id == place
    assert access.the_declared(state, of_location(place)).id == place
    assert access.the_declared(state, Subject("catalogue", "r1")).id == "r1"


@pytest.mark.parametrize(
    "reach",
    [
        lambda state: access.the_work(state, "x"),
        lambda state: access.the_rightsholder(state, "x"),
        lambda state: access.the_platform(state, "x"),
        lambda state: access.the_claimed(state, Subject("location", "x")),
        lambda state: access.the_declared(state, Subject("catalogue", "x")),
        lambda state: access.the([Work("w", WorkKind.TEXT, "")], "x"),
    ],
)
def test_what_is_not_there_is_a_lookup_error(reach: Any) -> None:
    with pytest.raises(LookupError):
        reach(State())


def test_a_dossier_is_kept_under_its_kind() -> None:
    state = State()
    access.keep(state, Work("w", WorkKind.TEXT, ""))
    assert access.the_work(state, "w").title == ""
