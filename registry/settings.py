"""Frozen settings, read once from the environment: the only reader of it. See docs/settings.md."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from registry.errors import ConfigurationError
from registry.instants import HOUR_MS, SECOND_MS

PREFIX = "REGISTRY_"
_LOG_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. Durations in ms; `public_url` without a trailing slash, and whether it
    was given or only follows from host and port."""

    var: Path
    database_url: str
    public_url: str
    public_url_is_given: bool
    host: str
    port: int
    log_name: str
    head_file: Path
    keys: Path
    key_passphrase: str | None
    loosening_delay: int
    max_validity: int
    clock_skew: int
    workers: int
    nonce_database_url: str

    @property
    def origin(self) -> str:
        """The log's origin: host and log name, without a scheme (C2SP tlog-checkpoint)."""
        return f"{self.public_url.partition('://')[2]}/{self.log_name}"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Reads the settings.

        Raises: ConfigurationError naming the variable and what would be right.
        """
        read = _Reader(os.environ if environ is None else environ)
        var = Path(read.text("VAR", "var")).absolute()
        port = read.port()
        host = read.text("HOST", "127.0.0.1")
        database_url = read.database_url("DATABASE_URL", f"sqlite:///{var}/registry.sqlite")
        return cls(
            var=var,
            database_url=database_url,
            public_url=_public_url(read.text("PUBLIC_URL", f"http://{host}:{port}")),
            public_url_is_given=bool(read.text("PUBLIC_URL", "")),
            host=host,
            port=port,
            log_name=read.log_name(),
            head_file=Path(read.text("HEAD_FILE", str(var / "log-head"))),
            keys=Path(read.text("KEYS", str(var / "keys"))),
            key_passphrase=read.environ.get(f"{PREFIX}KEY_PASSPHRASE") or None,
            loosening_delay=read.whole("LOOSENING_DELAY_SECONDS", 72 * 3600) * SECOND_MS,
            max_validity=read.whole("MAX_VALIDITY_SECONDS", HOUR_MS // SECOND_MS, least=1)
            * SECOND_MS,
            clock_skew=read.whole("CLOCK_SKEW_SECONDS", 30, most=300) * SECOND_MS,
            workers=read.whole("WORKERS", 1, least=1, most=64),
            nonce_database_url=read.database_url(
                "NONCE_DATABASE_URL",
                database_url
                if database_url.startswith("postgresql")
                else f"sqlite:///{var}/nonces.sqlite",
            ),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    environ: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environ.get(PREFIX + name, "").strip() or default

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
        return _whole(PREFIX + name, self.text(name, str(default)), least, most)

    def port(self) -> int:
        """`PORT`, as hosting platforms give it, wins."""
        given = self.environ.get("PORT", "").strip()
        if given:
            return _whole("PORT", given, 1, 65_535)
        return self.whole("PORT", 8000, least=1, most=65_535)

    def log_name(self) -> str:
        text = self.text("LOG_NAME", "log")
        if not _LOG_NAME.fullmatch(text):
            raise ConfigurationError(
                f"{PREFIX}LOG_NAME is {text!r}; set it to letters, digits, '.', '-' and '_'",
                field=f"{PREFIX}LOG_NAME",
            )
        return text

    def database_url(self, name: str, default: str) -> str:
        text = self.text(name, default)
        if text.startswith("postgresql://"):
            return text.replace("postgresql://", "postgresql+psycopg://", 1)
        if text.startswith(("sqlite:///", "postgresql+psycopg://")):
            return text
        raise ConfigurationError(
            f"{PREFIX}{name} begins with {text.partition('//')[0]!r}; set it to sqlite:///path or "
            "postgresql://user@host/name",
            field=PREFIX + name,
        )


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise ConfigurationError(
            f"{name} is {text[:40]!r}; set it to a whole number from {least} to {most}", field=name
        )
    return int(text)


def _public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:  # an address in brackets that is none
        good = False
    if not good or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{PREFIX}PUBLIC_URL is {text!r}; set it to the address under which others reach this "
            "registry, such as https://consent.example",
            field=f"{PREFIX}PUBLIC_URL",
        )
    return text.rstrip("/")
