"""By what acts are found is held against the acts and their events, so that none can be hidden from an auditor."""

import pytest
from sqlalchemy import text

from registry.errors import VerificationFailed
from registry.services.found_acts import compare_subjects, renew_subjects
from registry.services.issue_query_key import issue_query_key
from registry.storage.acts import Wanted
from tests.registries import STEWARD, TOKEN, Desk

HIDE = "DELETE FROM act_subjects WHERE subject = '{}'"
SHOW = "INSERT INTO act_subjects SELECT '{}', id FROM audit_events WHERE act = 'declaration.issued'"


def said(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.declare(work, generative_training="deny")
    desk.declare(work, actor=TOKEN, search="deny")
    platform = desk.platform()
    with desk.registry.writing() as ledger:
        issue_query_key(ledger, platform, "laptop", STEWARD)


@pytest.mark.parametrize("how", [HIDE, SHOW])
def test_an_act_that_is_hidden_or_shown_besides_is_noticed_and_put_right(
    desk: Desk, how: str
) -> None:
    said(desk)
    whose = desk.rightsholder() if how == HIDE else "01a2022a-587f-75ce-8de6-fc4af00de58b"
    with desk.registry.bookkeeping() as uow:
        compare_subjects(uow)
        before = list(uow.acts.subjects())
        assert uow.connection.execute(text(how.format(whose))).rowcount > 0
    with desk.registry.reading() as uow, pytest.raises(VerificationFailed, match="other ids"):
        compare_subjects(uow)
    assert "rebuild" in (desk.fsck().wrong or "")
    with desk.registry.bookkeeping() as uow:
        renew_subjects(uow)
        compare_subjects(uow)
        assert sorted(uow.acts.subjects()) == sorted(before)


def test_acts_of_an_earlier_version_are_found_by_the_ids_that_they_say(desk: Desk) -> None:
    said(desk)
    platform = desk.platform()
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(text("UPDATE audit_events SET way = NULL"))
        uow.connection.execute(text("DELETE FROM act_subjects"))
        compare_subjects(uow)
        renew_subjects(uow)
        assert uow.acts.page(Wanted(about=STEWARD.id)).acts
        assert uow.acts.page(Wanted(about=platform, kind="query-key.")).acts
