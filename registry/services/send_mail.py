"""Mails: asked for in the transaction that gives rise to them, sent later by the background worker.

So a slow mail server holds up no page, and a mail that was asked for is sent although a process is killed; it may then
be sent twice, under one Message-ID.
"""

from typing import Final

from registry.domain.ids import new_id
from registry.instants import DAY_MS
from registry.mail.letters import the_letter, write
from registry.mail.sending import Post, compose
from registry.storage.mails import Mail
from registry.storage.unit_of_work import UnitOfWork

MAIL: Final = "mail"
"""The kind of job that sends one."""
UNSENT_KEPT_MS: Final = 3 * DAY_MS
"""For how long a mail that cannot be sent is kept: it may hold a link that signs somebody in."""


def queue_mail(
    uow: UnitOfWork, to: str, letter: str, language: str, *, now: int, **words: str
) -> None:
    """Asks for a letter to be sent to this address, in this language, filled in with these words.

    Raises: InvalidInput for a letter that does not exist.
    """
    queue_later(uow, Mail(new_id(now), to, letter, language, words, now), now)


def queue_later(uow: UnitOfWork, mail: Mail, due: int) -> None:
    """The same, to be sent from `due` (ms) on."""
    the_letter(mail.letter)
    uow.mails.add(mail)
    uow.jobs.add(MAIL, mail.id, due, now=mail.made_at)


def send_mail(mail: Mail, post: Post, sender: str, public_url: str) -> None:
    """Sends one. Raises: Unavailable."""
    letter = write(mail.letter, mail.language, mail.words, public_url)
    post.send(compose(mail.id, letter, mail.language, mail.recipient, sender, mail.made_at))
