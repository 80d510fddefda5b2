"""A mail that was asked for is sent, whatever becomes of the process, and then forgotten."""

import io
from dataclasses import replace
from email import message_from_bytes, policy

from registry.bootstrap import open_registry
from registry.logs import open_log
from registry.mail.sending import Outbox, SmtpPost
from registry.mail.smtp_url import read_smtp_url
from registry.services.send_mail import queue_mail
from registry.settings import Settings
from registry.storage.jobs import JobState
from registry.worker.mails import post_of, send_mail
from registry.worker.runner import Ending, Runner
from tests.outside import free_port
from tests.registries import Desk

WORDS = {"link": "https://registry.example/x", "name": "Ada"}


def runner(desk: Desk) -> Runner:
    return Runner(desk.registry, open_log("error", io.StringIO(), desk.clock), chance=lambda: 0.5)


def asked_for(desk: Desk) -> str:
    """A mail; returns the id of its job."""
    with desk.registry.bookkeeping() as uow:
        queue_mail(uow, "ada@example.org", "new-address", "de", now=desk.clock(), **WORDS)
        return uow.jobs.listed(kind="mail", limit=1)[0].id


def test_a_mail_is_laid_into_the_outbox_and_forgotten(desk: Desk) -> None:
    job = asked_for(desk)
    assert runner(desk).run(job) is Ending.DONE
    (file,) = (desk.registry.settings.var / "outbox").iterdir()
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "ada@example.org"
    with desk.registry.reading() as uow:
        assert uow.mails.waiting() == (0, None)


def test_a_process_that_dies_after_sending_sends_the_same_mail_once_more(desk: Desk) -> None:
    job = asked_for(desk)
    with desk.registry.bookkeeping() as uow:
        taken = uow.jobs.take(job, desk.clock(), desk.clock() + 60_000)
        mail = uow.mails.find(uow.jobs.find(job).key)
    send_mail(desk.registry, taken)
    with desk.registry.bookkeeping() as uow:
        uow.mails.add(mail)  # it died before it could forget it
    outbox = desk.registry.settings.var / "outbox"
    (sent,) = outbox.iterdir()
    before = message_from_bytes(sent.read_bytes())
    sent.unlink()
    assert runner(desk).run(job) is None
    desk.clock.forward(60_000)
    assert runner(desk).run(job) is Ending.DONE
    (sent,) = outbox.iterdir()
    assert message_from_bytes(sent.read_bytes())["Message-ID"] == before["Message-ID"]


def test_a_mail_server_that_is_away_delays_the_mail_and_loses_nothing(desk: Desk) -> None:
    var = str(desk.registry.settings.var)
    environ = {"REGISTRY_VAR": var, "REGISTRY_SMTP_URL": f"smtp://127.0.0.1:{free_port()}"}
    settings = Settings.from_environ(
        {
            **environ,
            "REGISTRY_DATABASE_URL": desk.registry.settings.database_url,
            "REGISTRY_PUBLIC_URL": "https://registry.example",
        }
    )
    other = open_registry(settings, desk.clock)
    job = asked_for(desk)
    away = Runner(other, open_log("error", io.StringIO(), desk.clock), chance=lambda: 0.5)
    assert away.run(job) is Ending.PUT_OFF
    with desk.registry.reading() as uow:
        kept = uow.jobs.find(job)
        assert (kept.state, uow.mails.waiting()[0]) == (JobState.WAITING, 1)
    assert "ada" not in str(kept.last_error)
    other.close()


def test_the_post_is_the_server_of_the_settings_else_the_outbox(desk: Desk) -> None:
    settings = desk.registry.settings
    assert post_of(settings) == Outbox(settings.var / "outbox")
    server = read_smtp_url("smtps://mail.example", "REGISTRY_SMTP_URL")
    assert server is not None
    assert post_of(replace(settings, smtp=server)) == SmtpPost(server)
