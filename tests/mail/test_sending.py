"""A mail leaves by a real server, or as a file; in both it says the same as text and as HTML."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from registry.errors import Unavailable
from registry.mail.letters import write
from registry.mail.sending import Outbox, SmtpPost, compose
from registry.mail.smtp_url import Smtp
from tests.outside import free_port

AT = 1_790_000_000_000
REPLIES = {b"EHLO": b"250-here\r\n250 8BITMIME", b"QUIT": b"221 bye", b"DATA": b"354 go on"}


def message(name: str = "Ada") -> EmailMessage:
    words = {"name": name, "link": f"https://registry.example/x?secret=y{'z' * 80}"}
    letter = write("new-address", "de", words, "https://registry.example")
    return compose("an-id", letter, "de", "ada@example.org", "registry@registry.example", AT)


@contextmanager
def mail_server(answer: bytes = b"250 ok") -> Iterator[tuple[Smtp, list[bytes]]]:
    """A server that takes one mail (RFC 5321), and answers `answer` to its recipient."""
    taken: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            for line in lines:
                word = line[:4].upper()
                said = answer if word == b"RCPT" else REPLIES.get(word, b"250 ok")
                connection.sendall(said + b"\r\n")
                if word == b"QUIT":
                    return
                if word == b"DATA":
                    body = iter(lines.readline, b".\r\n")
                    taken.append(b"".join(body))
                    connection.sendall(b"250 taken\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Smtp("127.0.0.1", listening.getsockname()[1], "none", None, None), taken
    listening.close()
    thread.join(5)


def test_a_mail_says_the_same_as_text_and_as_html() -> None:
    made = message()
    text = made.get_body(("plain",))
    html = made.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert "https://registry.example/x?secret=y" in part
        assert "Vom Konto von Ada aus" in part
    assert made["Message-ID"] == "<an-id@registry.example>"
    assert made["Auto-Submitted"] == "auto-generated"
    assert b"\nhttps://registry.example/x?secret=y" in made.as_bytes(), (
        "a link is whole in the file too"
    )
    assert made["Date"] == "Mon, 21 Sep 2026 14:13:20 +0000"


def test_a_name_is_escaped_and_begins_no_header() -> None:
    made = message("<script>x</script>\r\nBcc: eve@evil.example")
    html = made.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert made["Bcc"] is None


def test_a_server_takes_it() -> None:
    with mail_server() as (server, taken):
        SmtpPost(server, 5).send(message())
    (body,) = taken
    read = message_from_bytes(body, policy=policy.default)
    assert (read["To"], read["Subject"]) == ("ada@example.org", message()["Subject"])


def test_a_server_that_refuses_or_is_away_is_a_failure_that_quotes_nothing() -> None:
    with (
        mail_server(b"550 no ada@example.org here") as (server, _),
        pytest.raises(Unavailable) as refused,
    ):
        SmtpPost(server, 5).send(message())
    assert "ada" not in refused.value.message
    away = Smtp("127.0.0.1", free_port(), "none", None, None)
    with pytest.raises(Unavailable, match="ConnectionRefused"):
        SmtpPost(away, 5).greet()


def test_the_outbox_holds_a_mail_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.send(message())
    outbox.send(message())
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == "an-id.eml"
    assert file.stat().st_mode & 0o077 == 0
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "ada@example.org"
