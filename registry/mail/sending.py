"""How a mail leaves: by SMTP (RFC 5321, with TLS as RFC 8314 wants it), or, where no server is set, as a file in a
folder (the outbox) that whoever runs the registry can open. Text and HTML say the same (RFC 2046, 5.1.4).
"""

import os
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from registry.errors import Unavailable
from registry.mail.letter import Written
from registry.mail.smtp_url import Smtp

PATIENCE_SECONDS: Final = 30
_WHOLE_LINES: Final = default.clone(
    max_line_length=500
)  # a link stays in one piece; RFC 5322 allows 998


class Post(Protocol):
    """What takes a mail away."""

    def send(self, message: EmailMessage) -> None:
        """Returns when it is on its way. Raises: Unavailable."""


@dataclass(frozen=True, slots=True)
class SmtpPost:
    """Sends by a mail server, one connection a mail."""

    server: Smtp
    patience: float = PATIENCE_SECONDS

    def send(self, message: EmailMessage) -> None:
        """Returns when the server took it. Raises: Unavailable."""
        try:
            with self._connected() as connection:
                connection.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"the mail server did not take it ({_words(error)})") from error

    def greet(self) -> None:
        """Connects, and signs in where there is a name. Raises: Unavailable."""
        try:
            with self._connected() as connection:
                connection.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"the mail server does not answer ({_words(error)})") from error

    def _connected(self) -> smtplib.SMTP:
        server, trusted = self.server, ssl.create_default_context()
        if server.tls == "at-once":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self.patience, context=trusted
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self.patience)
        try:
            if server.tls == "starttls":
                connection.starttls(context=trusted)
            if server.user:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection


@dataclass(frozen=True, slots=True)
class Outbox:
    """Lays each mail as a file into a folder. Two writings of one mail are one file."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Returns when the file is whole. Raises: Unavailable."""
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = self.folder / f".{name}.part"
            opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(opened, "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise Unavailable(f"the mail could not be laid into {self.folder.name}/") from error


def compose(id: str, letter: Written, language: str, to: str, sender: str, at: int) -> EmailMessage:
    """A letter as a message, text and HTML. The id makes its Message-ID, so that a mail that is sent twice (a process
    was killed right after it) is seen to be one."""
    message = EmailMessage(_WHOLE_LINES)
    message["Subject"] = letter.subject
    message["From"] = Address(display_name=letter.sender, addr_spec=sender)
    message["To"] = to
    message["Date"] = format_datetime(datetime.fromtimestamp(at / 1000, UTC))
    message["Message-ID"] = f"<{id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    if (
        letter.unsubscribe is not None
    ):  # RFC 8058: one click in the reader's mail program, which posts it
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    words = {"letter": letter, "language": language}
    message.set_content(_templates().get_template("letter.txt").render(words))
    html = _templates().get_template("letter.html").render(words)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = language
    return message


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def _words(error: Exception) -> str:
    """Which kind of failure: a server's own words may quote the address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}, {error.smtp_code}"
    return type(error).__name__
