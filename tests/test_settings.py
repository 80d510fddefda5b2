"""Settings: sensible without any, and every wrong one named with what would be right."""

from pathlib import Path
from urllib.parse import quote

import pytest

from registry.errors import ConfigurationError
from registry.settings import SECRETS, Settings, shown


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_environ({})
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.origin == "127.0.0.1:8000/log"
    assert settings.database_url == f"sqlite:///{Path('var').absolute()}/registry.sqlite"
    assert settings.nonce_database_url.endswith("/nonces.sqlite")
    assert settings.loosening_delay == 72 * 3_600_000
    assert settings.key_passphrase is None


def test_a_setting_that_is_empty_is_not_set() -> None:
    names = ["VAR", "DATABASE_URL", "PUBLIC_URL", "LOG_NAME", "KEY_PASSPHRASE", "PORT", "WORKERS"]
    empty = {f"REGISTRY_{name}": "" for name in names} | {"PORT": ""}
    assert Settings.from_environ(empty) == Settings.from_environ({})


def test_a_postgresql_store_keeps_the_nonces_too_and_gets_its_driver() -> None:
    settings = Settings.from_environ({"REGISTRY_DATABASE_URL": "postgresql://u@host/name"})
    assert settings.database_url == "postgresql+psycopg://u@host/name"
    assert settings.nonce_database_url == settings.database_url


def test_the_port_of_a_hosting_platform_wins_and_a_public_address_loses_its_slash() -> None:
    given = {"PORT": "9000", "REGISTRY_PORT": "8080", "REGISTRY_PUBLIC_URL": "https://c.example/r/"}
    settings = Settings.from_environ(given)
    assert settings.port == 9000
    assert (settings.public_url, settings.origin) == ("https://c.example/r", "c.example/r/log")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PORT", text) for text in ("http", "0", "65536", "80.5", "-1", "²", "9" * 5000)),
        *(("REGISTRY_WORKERS", text) for text in ("0", "65", "two")),
        *(("REGISTRY_CLOCK_SKEW_SECONDS", text) for text in ("301", "-1")),
        ("REGISTRY_MAX_VALIDITY_SECONDS", "0"),
        *(("REGISTRY_PUBLIC_URL", url) for url in ("consent.example", "ftp://c.example")),
        *(("REGISTRY_PUBLIC_URL", url) for url in ("https://", "https://c.example/?a=b")),
        *(("REGISTRY_PUBLIC_URL", url) for url in ("https://[::1", "https://me:pw@c.example")),
        *(("REGISTRY_LOG_NAME", text) for text in ("my log", "a+b", "a/b", "lög")),
        ("REGISTRY_DATABASE_URL", "mysql://u@host/name"),
        ("REGISTRY_NONCE_DATABASE_URL", "redis://host"),
        *(("REGISTRY_SMTP_URL", text) for text in ("mail.example", "smtp://m:x")),
        ("REGISTRY_MAIL_FROM", "the registry"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings.from_environ({name: value})
    assert raised.value.field == name
    assert name in raised.value.message


def test_mails_come_from_the_public_name_unless_another_address_is_set() -> None:
    for url, sender in (
        ("https://c.example", "registry@c.example"),
        ("http://127.0.0.1:1", "registry@localhost.invalid"),
    ):
        assert Settings.from_environ({"REGISTRY_PUBLIC_URL": url}).mail_from == sender
    settings = Settings.from_environ(
        {"REGISTRY_MAIL_FROM": "us@c.example", "REGISTRY_OIDC": "/x/y.toml"}
    )
    assert (settings.mail_from, settings.smtp) == ("us@c.example", None)
    assert settings.oidc == Path("/x/y.toml")
    assert settings.breached_passwords is None


def test_a_password_in_a_database_address_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings.from_environ({"REGISTRY_DATABASE_URL": "mysql://u:hunter2@host/name"})
    assert "hunter2" not in raised.value.message


def test_every_setting_can_be_shown_with_where_it_is_from() -> None:
    found = {each.name: each for each in shown({"REGISTRY_WORKERS": "3"})}
    assert (found["REGISTRY_WORKERS"].value, found["REGISTRY_WORKERS"].given) == ("3", True)
    assert (found["REGISTRY_PORT"].value, found["REGISTRY_PORT"].given) == ("8000", False)
    assert found["REGISTRY_KEY_PASSPHRASE"].value == ""


@pytest.mark.parametrize("password", ["hunter2", "hun@ter2", "hun:ter2", "hun/ter2"])
def test_what_is_shown_holds_no_secret(password: str) -> None:
    given = dict.fromkeys(SECRETS, f"{password} of more than 32 characters")
    given["REGISTRY_SMTP_URL"] = f"smtps://u:{quote(password, safe='')}@mail.example"
    given["REGISTRY_DATABASE_URL"] = f"postgresql://u:{password}@host/name?password={password}"
    said = " ".join(each.value for each in shown(given))
    assert password not in said
    assert "ter2" not in said
    assert "postgresql://u:***@host/name?password=***" in said
