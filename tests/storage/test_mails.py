"""Mails wait as rows until they are sent."""

from registry.storage.mails import Mail
from tests.registries import Desk

MAIL = Mail("m", "ada@example.org", "sign-up", "de", {"link": "https://r.example/ä"}, 5)


def test_a_mail_waits_until_it_is_sent(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.mails.add(MAIL)
        assert uow.mails.find("m") == MAIL
        assert uow.mails.waiting() == (1, 5)
        uow.mails.remove("m")
        assert uow.mails.find("m") is None
        assert uow.mails.waiting() == (0, None)


def test_what_cannot_be_sent_or_must_not_be_is_forgotten(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.mails.add(MAIL)
        uow.mails.remove_to("eve@example.org")
        assert uow.mails.forget(5) == 0
        assert uow.mails.forget(6) == 1
        uow.mails.add(MAIL)
        uow.mails.remove_to("ada@example.org")
        assert uow.mails.waiting() == (0, None)
