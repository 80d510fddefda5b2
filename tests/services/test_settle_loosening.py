"""Loosenings that wait: seen, confirmed with a fresh sign-in, cancelled by their own, and only once."""

import pytest

from registry.domain.vocabulary import LinkKind
from registry.errors import Conflict, Forbidden, NotFound
from registry.instants import rfc3339
from registry.services import find
from registry.services.declare import withdraw
from registry.services.link_works import link_works, propose_link_removal
from registry.services.register_work import (
    add_identifiers,
    propose_identifier_removal,
)
from registry.services.settle_loosening import cancel_loosening, confirm_loosening, waiting_of
from tests.registries import DAY, STEWARD, TOKEN, Desk

ISRC = "isrc:GBAYE0601498"
OTHER = "isrc:USRC17607839"
NOBODY = "01990000-0000-7000-8000-000000000000"


def whats_waiting(desk: Desk, work: str) -> list[tuple[str, bool]]:
    with desk.registry.reading() as uow:
        dossier = uow.projection.dossier("work", work)
        found = waiting_of(dossier, desk.clock())  # type: ignore[arg-type]
    return [(each.what, each.effect is not None) for each in found]


def test_everything_that_waits_is_seen_until_it_takes_effect(desk: Desk) -> None:
    work, _ = desk.work(ISRC, OTHER)
    other, _ = desk.work(OTHER)
    holder = desk.rightsholder()
    denied = desk.declare(work, search="deny")
    desk.declare(work, generative_training="allow")
    with desk.registry.writing() as ledger:
        withdraw(ledger, holder, denied.record.id, TOKEN)
        propose_identifier_removal(ledger, holder, work, OTHER, TOKEN)
        link = link_works(ledger, holder, work, LinkKind.CONTAINS, other, TOKEN)
        propose_link_removal(ledger, holder, link.id, TOKEN)
    desk.clock.forward(1)
    assert sorted(whats_waiting(desk, work)) == [
        ("declaration", True),
        ("identifier removal", False),
        ("link removal", False),
        ("withdrawal", False),
    ]
    desk.clock.forward(4 * DAY)
    assert ("declaration", True) not in whats_waiting(desk, work)
    assert len(whats_waiting(desk, work)) == 3


def test_a_token_cannot_confirm_whatever_it_proposed(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="allow", actor=TOKEN)
    with desk.registry.writing() as ledger, pytest.raises(Forbidden, match="fresh sign-in"):
        confirm_loosening(ledger, made.record.id, TOKEN)


def test_confirming_twice_or_what_was_cancelled_is_a_conflict(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="allow", actor=TOKEN)
    desk.confirm(made.record.id)
    with pytest.raises(Conflict) as twice:
        desk.confirm(made.record.id)
    assert twice.value.code == "confirmed-already"
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, made.record.id, STEWARD)
    for act in (confirm_loosening, cancel_loosening):
        with desk.registry.writing() as ledger, pytest.raises(Conflict) as late:
            act(ledger, made.record.id, STEWARD)
        assert late.value.field == "id"


def test_what_took_effect_cannot_be_cancelled_any_more(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="allow")
    assert made.takes_effect_at is not None
    desk.clock.now = made.takes_effect_at
    with desk.registry.writing() as ledger, pytest.raises(Conflict, match="took effect"):
        cancel_loosening(ledger, made.record.id, STEWARD)


def test_the_last_millisecond_before_is_early_enough_to_cancel(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    desk.prove(claim, ISRC)
    made = desk.declare(work, generative_training="allow")
    assert made.takes_effect_at is not None
    desk.clock.now = made.takes_effect_at - 1
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, made.record.id, TOKEN)
    desk.clock.forward(DAY)
    assert not desk.ask(ISRC).permitted


def test_only_the_rightsholder_who_proposed_may_cancel(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    made = desk.declare(work, generative_training="allow")
    stranger = desk.rightsholder("Stranger")
    with desk.registry.writing() as ledger, pytest.raises(Forbidden):
        cancel_loosening(ledger, made.record.id, TOKEN, rightsholder=stranger)


@pytest.mark.parametrize("id", [NOBODY, "no id", ""])
def test_what_does_not_wait_is_not_found(desk: Desk, id: str) -> None:
    with desk.registry.writing() as ledger, pytest.raises(NotFound) as raised:
        confirm_loosening(ledger, id, STEWARD)
    assert raised.value.field == "id"


def test_an_identifier_added_again_makes_its_removal_forgotten(desk: Desk) -> None:
    work, _ = desk.work(ISRC, OTHER)
    holder = desk.rightsholder()
    with desk.registry.writing() as ledger:
        proposal = propose_identifier_removal(ledger, holder, work, OTHER, TOKEN)
    with desk.registry.writing() as ledger:
        add_identifiers(ledger, holder, work, [OTHER], TOKEN)
    with pytest.raises(NotFound):
        desk.confirm(proposal.loosening)


def test_what_waits_says_what_it_would_do(desk: Desk) -> None:
    """Whoever confirms has to see what they open."""
    platform = desk.platform()
    work, _ = desk.work("isrc:GBAYE0601498")
    made = desk.declare(work, to=platform, generative_training="allow", search="deny", actor=TOKEN)
    with desk.registry.reading() as uow:
        (waits,) = waiting_of(find.the_work(uow, work), desk.clock())
    about = f"allow generative-training to platform {platform}, on work 'A song'"
    assert (
        waits.about
        == f"{about}, for what was registered by {rfc3339(made.event.statements[0].valid_from)}"
    )
