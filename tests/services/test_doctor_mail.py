"""The doctor says whether mails can leave, and whether they wait."""

import pytest

from registry.mail.smtp_url import Smtp
from registry.services.doctor_mail import look_at_mail, look_at_waiting_mails
from registry.services.finding import Grade
from registry.services.send_mail import queue_mail
from tests.mail.test_sending import mail_server
from tests.outside import free_port
from tests.registries import HOUR, START, Desk

SENDER = "registry@consent.example"


def test_a_server_that_answers_is_good_and_one_that_does_not_is_wrong() -> None:
    with mail_server() as (server, _):
        (found,) = look_at_mail(server, SENDER, True)
    assert found.grade is Grade.GOOD
    away = Smtp("127.0.0.1", free_port(), "none", None, None)
    sender, server_away = look_at_mail(away, "registry@localhost.invalid", True)
    assert {sender.grade, server_away.grade} == {Grade.WRONG}
    assert "REGISTRY_MAIL_FROM" in str(sender)
    assert "REGISTRY_SMTP_URL" in str(server_away)


@pytest.mark.parametrize(("public", "grade"), [(True, Grade.WARNING), (False, Grade.GOOD)])
def test_without_a_server_mails_lie_in_the_outbox_which_others_cannot_open(
    public: bool, grade: Grade
) -> None:
    (found,) = look_at_mail(None, SENDER, public)
    assert found.grade is grade


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_mails_that_wait_for_an_hour_are_told_of(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        queue_mail(uow, "a@x.org", "no-account", "en", now=START, link="https://x/y")
        assert list(look_at_waiting_mails(uow, START + HOUR)) == []
        (found,) = look_at_waiting_mails(uow, START + HOUR + 1)
    assert found.grade is Grade.WARNING
