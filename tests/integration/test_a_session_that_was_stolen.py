"""Whoever has somebody's session, and nothing else of theirs, permits nothing: it says no, and proposes."""

import pytest

from registry.errors import Forbidden
from registry.services.settle_loosening import confirm_loosening
from registry.web.signed_in import SignedIn
from tests.registries import DAY, Desk
from tests.web.people import ON_SQLITE, People, Person, people

__all__ = ["people"]
pytestmark = ON_SQLITE
URL = "https://ada.example/song"


def as_now(person: Person, desk: Desk, *, fresh: bool) -> SignedIn:
    """What a view is told of this person."""
    with desk.registry.reading() as uow:
        (session,) = uow.sessions.of(person.account.id)
    return SignedIn(person.account, session, fresh)


def test_a_yes_by_an_old_session_waits_for_a_fresh_proof_and_a_no_counts_at_once(
    people: People,
) -> None:
    desk, ada = people.desk, people.sign_in("Ada")
    stolen, fresh = (as_now(ada, desk, fresh=each).actor for each in (False, True))
    work, claim = desk.work(URL)
    desk.prove(claim, URL)
    desk.declare(work, actor=stolen, generative_training="deny")
    assert desk.ask(URL).answer.decision.value == "deny"
    said = desk.declare(work, actor=stolen, generative_training="allow")
    assert said.waits_for_confirmation
    desk.clock.forward(30 * DAY)
    assert desk.ask(URL).answer.decision.value == "deny", "nobody confirmed it"
    with pytest.raises(Forbidden), desk.registry.writing() as ledger:
        confirm_loosening(ledger, said.event.declaration, stolen)
    with desk.registry.writing() as ledger:
        confirm_loosening(ledger, said.event.declaration, fresh)
    desk.clock.forward(1)
    assert desk.ask(URL).answer.decision.value == "allow"
