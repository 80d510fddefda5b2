"""What an id means, or that it means nothing: never one thing taken for another."""

import pytest

from registry.domain.events import Subject
from registry.errors import Forbidden, NotFound
from registry.services import find
from tests.registries import Desk

NOBODY = "01990000-0000-7000-8000-000000000000"


def test_an_id_is_only_what_it_is(desk: Desk) -> None:
    work, claim = desk.work("isrc:GBAYE0601498")
    holder = desk.rightsholder()
    with desk.registry.reading() as uow:
        assert find.the_work(uow, work).id == work
        assert find.the_rightsholder(uow, holder).id == holder
        for the in (find.the_location, find.the_platform, find.the_rightsholder):
            with pytest.raises(NotFound) as raised:
                the(uow, work, field="x")
            assert raised.value.field == "x"
        subject, on, found = find.the_claim(uow, claim)
        assert (subject, on.id, found.id) == (Subject("work", work), work, claim)


@pytest.mark.parametrize("id", [NOBODY, NOBODY.upper(), "", "x", "'; DROP TABLE dossiers; --"])
def test_what_is_no_id_is_not_found(desk: Desk, id: str) -> None:
    with desk.registry.reading() as uow:
        for the in (find.the_work, find.the_claim, find.the_rightsholder):
            with pytest.raises(NotFound):
                the(uow, id)


def test_ones_own_is_what_one_claims(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    stranger = desk.rightsholder("Stranger")
    with desk.registry.reading() as uow:
        assert find.own(uow, desk.names["R1"], Subject("work", work)).id == work
        with pytest.raises(Forbidden):
            find.own(uow, stranger, Subject("work", work))
