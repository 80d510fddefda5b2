"""An act is in the journal with who did it, under which authority, and what it is about."""

from registry.services.note_act import note_act
from registry.storage.acts import Wanted
from tests.registries import STEWARD, Desk


def test_an_act_is_found_with_its_actor_and_its_details(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        note_act(uow, "job-retried", STEWARD, desk.clock(), job="j", count=2)
    with desk.registry.reading() as uow:
        (act,) = uow.acts.page(Wanted(kind="job-retried"), limit=2).acts
    assert (act.actor, act.authority) == (STEWARD.id, "steward")
    assert act.details == {"job": "j", "count": 2}
