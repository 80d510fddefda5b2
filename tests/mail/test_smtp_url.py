"""One setting names the mail server, and whether TLS begins at once or by STARTTLS."""

import pytest

from registry.errors import ConfigurationError
from registry.mail.smtp_url import Smtp, read_smtp_url


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("", None),
        ("smtps://m.example", Smtp("m.example", 465, "at-once", None, None)),
        ("smtp://u%40x:p%3A@m.example", Smtp("m.example", 587, "starttls", "u@x", "p:")),
        ("smtp://127.0.0.1:2525", Smtp("127.0.0.1", 2525, "none", None, None)),
    ],
)
def test_a_server_is_read(text: str, server: Smtp | None) -> None:
    assert read_smtp_url(text, "REGISTRY_SMTP_URL") == server


@pytest.mark.parametrize(
    "text", ["m.example", "https://m.example", "smtp://", "smtp://m:x", "smtp://m.example/a?b"]
)
def test_what_is_none_is_said_with_the_setting(text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_smtp_url(text, "REGISTRY_SMTP_URL")
    assert refused.value.field == "REGISTRY_SMTP_URL"
