"""Declaring and withdrawing: what tightens counts at once, what loosens waits, and only one's own."""

import pytest

from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Decision, Preference
from registry.errors import Conflict, Forbidden, InvalidDeclaration, NotFound, RegistryError
from registry.services.declare import Withdrawal, declare, withdraw
from registry.services.settle_loosening import cancel_loosening
from tests.registries import DAY, HOUR, STEWARD, TOKEN, Desk

ISRC = "isrc:GBAYE0601498"
NOBODY = "01990000-0000-7000-8000-000000000000"
DELAY = 72 * HOUR


def proven(desk: Desk) -> str:
    work, claim = desk.work(ISRC)
    desk.prove(claim, ISRC)
    return work


def decided(desk: Desk, as_of: int | None = None) -> Decision:
    answer = desk.ask(ISRC, as_of=as_of).answer
    assert answer is not None
    return answer.decision


def withdrawn(desk: Desk, id: str, by: str = "R1", actor: object = STEWARD) -> Withdrawal:
    holder = desk.rightsholder(by)
    with desk.registry.writing() as ledger:
        return withdraw(ledger, holder, id, actor)  # type: ignore[arg-type]


def at_of(desk: Desk, id: str) -> int:
    with desk.registry.reading() as uow:
        stored = uow.log.event(id)
    assert stored is not None
    return stored.at


def test_a_denial_counts_at_once(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="deny", actor=TOKEN)
    assert (made.takes_effect_at, made.waits_for_confirmation) == (None, False)
    assert decided(desk) is Decision.DENY


def test_a_permission_waits_for_the_delay_to_the_millisecond(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="allow")
    assert made.takes_effect_at == at_of(desk, made.record.id) + DELAY
    assert not made.waits_for_confirmation
    desk.clock.now = made.takes_effect_at - 1
    assert decided(desk) is Decision.UNSTATED
    desk.clock.forward(1)
    assert decided(desk) is Decision.ALLOW


def test_a_token_only_proposes_to_loosen_and_a_later_confirmation_is_the_effect(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="allow", actor=TOKEN)
    assert made.waits_for_confirmation
    desk.clock.forward(30 * DAY)
    assert decided(desk) is Decision.UNSTATED
    before = desk.clock()
    desk.clock.forward(1)
    desk.confirm(made.record.id)
    assert decided(desk) is Decision.ALLOW
    assert decided(desk, as_of=before) is Decision.UNSTATED


def test_a_cancelled_permission_never_comes(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="allow")
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, made.record.id, TOKEN, rightsholder=desk.rightsholder())
    desk.clock.forward(30 * DAY)
    assert decided(desk) is Decision.UNSTATED


def test_a_conditional_that_waits_speaks_as_a_denial_and_one_that_came_as_conditional(
    desk: Desk,
) -> None:
    made = desk.declare(proven(desk), generative_training="conditional")
    assert decided(desk) is Decision.DENY
    assert made.takes_effect_at is not None
    desk.clock.now = made.takes_effect_at
    assert decided(desk) is Decision.CONDITIONAL


def test_a_yes_said_again_waits_too_since_it_reaches_further_and_the_first_speaks_on(
    desk: Desk,
) -> None:
    work = proven(desk)
    first = desk.declare(work, generative_training="allow", actor=STEWARD)
    assert first.takes_effect_at is not None
    desk.clock.now = first.takes_effect_at + HOUR
    again = desk.declare(work, generative_training="allow", actor=TOKEN)
    assert again.takes_effect_at is not None
    assert again.waits_for_confirmation
    assert decided(desk) is Decision.ALLOW


def test_asking_first_in_the_place_of_a_yes_counts_at_once_and_reaches_no_further(
    desk: Desk,
) -> None:
    work = proven(desk)
    first = desk.declare(work, generative_training="allow", actor=STEWARD)
    assert first.takes_effect_at is not None
    desk.clock.now = first.takes_effect_at
    asked = desk.declare(work, generative_training="conditional", actor=TOKEN)
    assert (asked.takes_effect_at, asked.waits_for_confirmation) == (None, False)
    assert asked.event.statements[0].reach == first.record.seq
    assert decided(desk) is Decision.CONDITIONAL


def test_a_start_in_the_past_becomes_now_and_one_in_the_future_stays(desk: Desk) -> None:
    work = proven(desk)
    past = desk.declare(work, valid_from=desk.clock() - DAY, generative_training="deny")
    assert past.event.statements[0].valid_from == at_of(desk, past.record.id)
    later = desk.clock() + DAY
    future = desk.declare(work, valid_from=later, search="deny")
    assert future.event.statements[0].valid_from == later


def test_a_denial_that_is_withdrawn_stands_until_the_delay_is_over(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="deny")
    ended = withdrawn(desk, made.record.id)
    assert ended.takes_effect_at == at_of(desk, ended.record.id) + DELAY
    desk.clock.now = ended.takes_effect_at - 1
    assert decided(desk) is Decision.DENY
    desk.clock.forward(1)
    assert decided(desk) is Decision.UNSTATED


def test_a_permission_that_is_withdrawn_ends_at_once_even_by_a_token(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="allow")
    desk.clock.forward(4 * DAY)
    assert decided(desk) is Decision.ALLOW
    ended = withdrawn(desk, made.record.id, actor=TOKEN)
    assert (ended.takes_effect_at, ended.waits_for_confirmation) == (None, False)
    assert decided(desk) is Decision.UNSTATED


def test_a_withdrawal_proposed_by_a_token_never_ends_a_denial_unconfirmed(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="deny")
    ended = withdrawn(desk, made.record.id, actor=TOKEN)
    assert ended.waits_for_confirmation
    desk.clock.forward(30 * DAY)
    assert decided(desk) is Decision.DENY
    desk.confirm(ended.record.id)
    assert decided(desk) is Decision.UNSTATED


def test_withdrawing_twice_is_a_conflict_unless_the_first_was_cancelled(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="deny", search="allow")
    first = withdrawn(desk, made.record.id)
    with pytest.raises(Conflict) as twice:
        withdrawn(desk, made.record.id)
    assert twice.value.code == "withdrawn-already"
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, first.record.id, STEWARD)
    again = withdrawn(desk, made.record.id)
    assert again.takes_effect_at is not None


def test_what_somebody_else_declared_is_not_mine_to_withdraw(desk: Desk) -> None:
    made = desk.declare(proven(desk), generative_training="deny")
    with pytest.raises(Forbidden):
        withdrawn(desk, made.record.id, by="Stranger")


def test_only_who_claims_a_work_declares_on_it_and_a_catalogue_is_ones_own(desk: Desk) -> None:
    work = proven(desk)
    other = desk.rightsholder("R2")
    with pytest.raises(Forbidden):
        desk.declare(work, by="R2", generative_training="deny")
    with pytest.raises(Forbidden):
        desk.declare(Subject("catalogue", other), generative_training="deny")
    assert desk.declare(Subject("catalogue", other), by="R2", generative_training="deny")


def test_a_declaration_to_a_platform_names_it_in_the_record(desk: Desk) -> None:
    platform = desk.platform("P")
    made = desk.declare(proven(desk), to=platform, generative_training="deny")
    assert made.event.grantee == platform
    assert desk.ask(ISRC, asker=platform).answer.decision is Decision.DENY  # type: ignore[union-attr]
    assert desk.ask(ISRC, asker=desk.platform("Q")).answer.decision is Decision.UNSTATED  # type: ignore[union-attr]


def test_the_stored_record_says_the_very_event_that_was_folded(desk: Desk) -> None:
    made = desk.declare(
        proven(desk), to=desk.platform(), valid_until=desk.clock() + DAY, search="conditional"
    )
    with desk.registry.reading() as uow:
        stored = uow.log.event(made.record.id)
        assert stored is not None
        assert stored.body.decode() == made.record.jws
        from registry.services.replay import sequenced

        assert sequenced(stored).event == made.event
    assert made.event.statements[0].preference is Preference.CONDITIONAL


WRONG: list[tuple[type[RegistryError], str, dict[str, object]]] = [
    (NotFound, "subject.work", {"subject": Subject("work", NOBODY)}),
    (NotFound, "subject.work", {"subject": Subject("work", "no id")}),
    (NotFound, "subject.location", {"subject": Subject("location", NOBODY)}),
    (NotFound, "grantee", {"grantee": NOBODY}),
    (InvalidDeclaration, "preset", {"wish": Wish(preset="everything-please")}),
    (InvalidDeclaration, "conditions.contact", {"wish": Wish(preset="ask-me-first")}),
    (InvalidDeclaration, "preferences", {"wish": Wish()}),
    (InvalidDeclaration, "valid_until", {"wish": Wish(preset="no-ai", valid_until=1)}),
]


@pytest.mark.parametrize(("error", "field", "given"), WRONG)
def test_whatever_is_wrong_is_named_and_leaves_nothing(
    desk: Desk, error: type[RegistryError], field: str, given: dict[str, object]
) -> None:
    work, before = proven(desk), desk.fsck().events
    asked = {"subject": Subject("work", work), "wish": Wish(preset="no-ai"), **given}
    with desk.registry.writing() as ledger, pytest.raises(error) as raised:
        declare(ledger, desk.rightsholder(), by=STEWARD, **asked)  # type: ignore[arg-type]
    assert raised.value.field == field
    assert desk.fsck().events == before


def test_a_declaration_that_is_none_cannot_be_withdrawn(desk: Desk) -> None:
    work = proven(desk)
    for id in (NOBODY, work, "no id"):
        with pytest.raises(NotFound) as raised:
            withdrawn(desk, id)
        assert raised.value.field == "id"
