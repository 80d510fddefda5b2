"""A mail is asked for in somebody's transaction, or not at all."""

from email.message import EmailMessage

import pytest

from registry.errors import InvalidInput
from registry.services.send_mail import MAIL, queue_mail, send_mail
from registry.storage.jobs import JobState
from tests.registries import Desk


def test_a_mail_and_its_job_come_with_the_transaction_that_asks(desk: Desk) -> None:
    def asks_and_fails() -> None:
        with desk.registry.bookkeeping() as uow:
            queue_mail(uow, "ada@x.org", "sign-up", "en", now=5, link="https://x/y")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asks_and_fails()
    with desk.registry.bookkeeping() as uow:
        assert uow.mails.waiting() == (0, None)
        queue_mail(uow, "ada@x.org", "sign-up", "en", now=5, link="https://x/y")
        with pytest.raises(InvalidInput):
            queue_mail(uow, "ada@x.org", "nope", "en", now=5)
    with desk.registry.reading() as uow:
        (job,) = uow.jobs.listed(kind=MAIL, limit=9)
        mail = uow.mails.find(job.key)
    assert job.state is JobState.WAITING
    assert mail is not None

    sent: list[EmailMessage] = []

    class Taker:
        def send(self, message: EmailMessage) -> None:
            sent.append(message)

    send_mail(mail, Taker(), "registry@r.example", "https://r.example")
    assert [each["To"] for each in sent] == ["ada@x.org"]
