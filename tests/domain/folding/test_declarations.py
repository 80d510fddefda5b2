"""Declarations, withdrawals and what waits, as they stand after what happened to them."""

import pytest

from registry.domain.dossiers import HeldDeclaration, find_wait
from registry.domain.events import (
    LooseningCancelled,
    LooseningConfirmed,
    StatementEnd,
    Subject,
    Withdrawn,
)
from registry.domain.folding.access import the_declared
from registry.domain.folding.declarations import digest_text
from registry.domain.state import State
from registry.domain.vocabulary import Usage
from tests.domain.asking import ALLOW, DENY, GEN, URL
from tests.model.histories import T0, WAIT, Log, catalogue, of_location, of_work, parties


def held(log: Log, subject: Subject) -> list[HeldDeclaration]:
    return the_declared(State(log.entries), subject).declarations


def test_a_digest_is_spelled_as_in_rfc_9530() -> None:
    assert digest_text(bytes(32)) == "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"


def test_a_declaration_is_kept_with_its_subject_in_the_order_of_issue() -> None:
    log = parties()
    subjects = [
        of_work(log.work("r1", URL)),
        of_location(log.location("r1", "https://artist.com/")),
        catalogue("r1"),
    ]
    for subject in subjects:
        ids = [log.declare("r1", subject, {GEN: DENY}, grantee=to) for to in (None, "p1")]
        kept = held(log, subject)
        assert [each.id for each in kept] == ids
        assert [each.grantee for each in kept] == [None, "p1"]
        assert [log.entries[each.seq].event.declaration for each in kept] == ids  # type: ignore[union-attr]
        assert kept[0].digest == digest_text(log.entries[kept[0].seq].digest)


@pytest.mark.parametrize("confirmed", [True, False])
def test_what_was_made_with_a_fresh_sign_in_is_confirmed_at_once(confirmed: bool) -> None:
    log = parties()
    log.declare("r1", catalogue("r1"), {GEN: ALLOW}, confirmed=confirmed)
    (kept,) = held(log, catalogue("r1"))
    assert kept.wait.confirmed_at == (T0 if confirmed else None)


def test_the_first_confirmation_and_the_first_cancellation_count() -> None:
    log = parties()
    id = log.declare("r1", catalogue("r1"), {GEN: ALLOW}, confirmed=False)
    for kind in (LooseningConfirmed, LooseningCancelled):
        for _ in range(2):
            log.now += 1
            log.add(kind(id, catalogue("r1"), "somebody"))
    (kept,) = held(log, catalogue("r1"))
    assert (kept.wait.confirmed_at, kept.wait.cancelled_at) == (T0 + 1, T0 + 3)


def test_a_withdrawal_is_kept_with_what_it_ends() -> None:
    log = parties()
    declaration = log.declare("r1", catalogue("r1"), {GEN: DENY, Usage.SEARCH: ALLOW})
    log.now += 5
    ends = (StatementEnd(GEN, T0 + WAIT), StatementEnd(Usage.SEARCH))
    log.add(Withdrawn("e", declaration, "r1", catalogue("r1"), ends, confirmed=True))
    (kept,) = held(log, catalogue("r1"))
    (end,) = kept.withdrawals
    assert (end.at, end.wait.confirmed_at) == (T0 + 5, T0 + 5)
    assert end.ends == {GEN: T0 + WAIT, Usage.SEARCH: None}
    assert end.digest != kept.digest


def test_what_was_forgotten_may_be_confirmed_and_nothing_comes_of_it() -> None:
    log = parties()
    log.add(LooseningConfirmed("forgotten", catalogue("r1"), "somebody"))
    log.add(LooseningCancelled("forgotten", catalogue("r1"), "somebody"))
    assert find_wait(the_declared(State(log.entries), catalogue("r1")), "forgotten") is None
