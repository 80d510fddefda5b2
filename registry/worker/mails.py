"""Kind `mail`: sends what was asked for; what was sent is forgotten."""

from registry.bootstrap import Registry
from registry.mail.sending import Outbox, Post, SmtpPost
from registry.services.send_mail import send_mail as send
from registry.settings import Settings
from registry.storage.jobs import Job


def send_mail(registry: Registry, job: Job) -> None:
    """Sends the mail that the job names, if it still waits. Raises: Unavailable where it cannot be sent now."""
    with registry.reading() as uow:
        mail = uow.mails.find(job.key)
    if mail is None:
        return
    settings = registry.settings
    send(mail, post_of(settings), settings.mail_from, registry.place.public_url)
    with registry.bookkeeping() as uow:
        uow.mails.remove(mail.id)


def post_of(settings: Settings) -> Post:
    """The mail server of these settings, else the outbox."""
    if settings.smtp is not None:
        return SmtpPost(settings.smtp)
    return Outbox(settings.var / "outbox")
