"""What `registry doctor` finds of mails: whether a server is set and answers, and whether mails wait."""

from collections.abc import Iterator
from typing import Final

from registry.errors import Unavailable
from registry.instants import HOUR_MS
from registry.mail.sending import SmtpPost
from registry.mail.smtp_url import Smtp
from registry.services.finding import Finding, good, warning, wrong
from registry.storage.unit_of_work import UnitOfWork

PATIENCE_SECONDS: Final = 5.0


def look_at_mail(server: Smtp | None, sender: str, public: bool) -> Iterator[Finding]:
    """Whether mails can leave. `public`: others than this machine are to reach the registry."""
    if server is None:
        if public:
            yield warning(
                "mail",
                "no mail server is set: mails lie in the folder outbox, and nobody can sign up by themselves",
                "set REGISTRY_SMTP_URL and REGISTRY_MAIL_FROM (docs/operators.md, Mail)",
            )
        else:
            yield good("mail", "no mail server: mails are laid into the folder outbox")
        return
    if sender.endswith(".invalid"):
        yield wrong(
            "mail",
            f"mails would come from {sender}, which no mailbox takes",
            "set REGISTRY_MAIL_FROM to an address of yours",
        )
    try:
        SmtpPost(server, PATIENCE_SECONDS).greet()
    except Unavailable as error:
        yield wrong(
            "mail",
            error.message,
            "see that REGISTRY_SMTP_URL names the server, its port, and the right name and password",
        )
    else:
        yield good("mail", f"the server {server.host} answers")


def look_at_waiting_mails(uow: UnitOfWork, now: int) -> Iterator[Finding]:
    """Whether mails have waited for too long."""
    count, since = uow.mails.waiting()
    if since is not None and now - since > HOUR_MS:
        yield warning(
            "mail",
            f"{count} mails wait, the oldest for more than an hour",
            "see that the background worker runs, and what `registry jobs list --kind mail` says",
        )
