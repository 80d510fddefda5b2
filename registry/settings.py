"""Frozen settings, read once from the environment: the only reader of it. See docs/settings.md."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from registry.client_address import TrustedProxies, parse_trusted_proxies
from registry.errors import ConfigurationError, InvalidInput
from registry.instants import DAY_MS, HOUR_MS, SECOND_MS
from registry.mail.address import read_address
from registry.mail.smtp_url import Smtp, read_smtp_url
from registry.witness.known import KnownWitness, parse_witnesses

PREFIX = "REGISTRY_"
_SHORTEST_SECRET = 32
_WEEK_SECONDS = 7 * 24 * 3600
SECRETS = frozenset({f"{PREFIX}KEY_PASSPHRASE", f"{PREFIX}METRICS_TOKEN"})
"""Settings whose value is never shown; in all others, the password of a URL is not."""
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):.*@")
_PASSWORD_MEMBER = re.compile(r"(?<=password=)[^&]*")
_LOG_NAME = re.compile(r"[A-Za-z0-9._-]+")

LEVELS = ("debug", "info", "warning", "error")
"""Of log lines."""


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
    access_token_life: int
    asks_kept: int
    workers: int
    pin_workers: str
    worker_threads: int
    snapshot_every: int
    snapshot_validity: int
    nonce_database_url: str
    trusted_proxies: TrustedProxies
    rate_anonymous: int
    rate_platform: int
    rate_token: int
    writers: int
    waiters: int
    witnesses: tuple[KnownWitness, ...]
    witness_quorum: int
    metrics_token: str | None
    log_level: str
    smtp: Smtp | None
    mail_from: str
    oidc: Path | None
    breached_passwords: Path | None

    @property
    def demo_platform_key(self) -> Path:
        """Where the private key of the platform lies, or would, that an embedded first run makes for itself."""
        return self.var / "demo-platform.key"

    @property
    def threads(self) -> int:
        """Requests at work at once in one server process: reads, and writes that wait keep no reader out."""
        return 2 * (os.cpu_count() or 1) + 1 + self.writers

    @property
    def server_threads(self) -> int:
        """The threads of one server process: besides those at work, one for each who waits for changes."""
        return self.threads + self.waiters

    @property
    def origin(self) -> str:
        """The log's origin: host and log name, without a scheme (C2SP tlog-checkpoint)."""
        return f"{self.public_url.partition('://')[2]}/{self.log_name}"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Reads the settings.

        Raises: ConfigurationError naming the variable and what would be right.
        """
        return cls._read(_Reader(os.environ if environ is None else environ))

    @classmethod
    def _read(cls, read: "_Reader") -> "Settings":
        var = Path(read.text("VAR", "var")).absolute()
        port = read.port()
        host = read.text("HOST", "127.0.0.1")
        database_url = read.database_url("DATABASE_URL", f"sqlite:///{var}/registry.sqlite")
        witnesses = parse_witnesses(read.text("WITNESSES", ""), f"{PREFIX}WITNESSES")
        public_url = _public_url(read.text("PUBLIC_URL", f"http://{host}:{port}"))
        return cls(
            var=var,
            database_url=database_url,
            public_url=public_url,
            public_url_is_given=bool(read.text("PUBLIC_URL", "")),
            host=host,
            port=port,
            log_name=read.log_name(),
            head_file=Path(read.text("HEAD_FILE", str(var / "log-head"))),
            keys=Path(read.text("KEYS", str(var / "keys"))),
            key_passphrase=read.exact("KEY_PASSPHRASE") or None,
            loosening_delay=read.whole("LOOSENING_DELAY_SECONDS", 72 * 3600) * SECOND_MS,
            max_validity=read.whole("MAX_VALIDITY_SECONDS", HOUR_MS // SECOND_MS, least=1)
            * SECOND_MS,
            clock_skew=read.whole("CLOCK_SKEW_SECONDS", 30, most=300) * SECOND_MS,
            access_token_life=read.whole("ACCESS_TOKEN_SECONDS", 600, least=60, most=3600)
            * SECOND_MS,
            asks_kept=read.whole("ASKS_KEPT_DAYS", 730, most=36_500) * DAY_MS,
            workers=read.whole("WORKERS", 1, least=1, most=64),
            pin_workers=read.one_of("PIN_WORKERS", ("auto", "always", "never"), "auto"),
            worker_threads=read.whole("WORKER_THREADS", 2, least=1, most=32),
            snapshot_every=read.whole("SNAPSHOT_EVERY_SECONDS", 3600, most=_WEEK_SECONDS)
            * SECOND_MS,
            snapshot_validity=read.whole(
                "SNAPSHOT_VALIDITY_SECONDS", 6 * 3600, least=60, most=_WEEK_SECONDS
            )
            * SECOND_MS,
            nonce_database_url=read.database_url(
                "NONCE_DATABASE_URL",
                database_url
                if database_url.startswith("postgresql")
                else f"sqlite:///{var}/nonces.sqlite",
            ),
            trusted_proxies=parse_trusted_proxies(
                read.text("TRUSTED_PROXIES", ""), f"{PREFIX}TRUSTED_PROXIES"
            ),
            rate_anonymous=read.whole("RATE_ANONYMOUS", 30),
            rate_platform=read.whole("RATE_PLATFORM", 60_000),
            rate_token=read.whole("RATE_TOKEN", 600),
            writers=read.whole("WRITERS", 8, least=1, most=256),
            waiters=read.whole("WAITERS", 8, most=256),
            witnesses=witnesses,
            witness_quorum=read.quorum(len(witnesses)),
            metrics_token=read.metrics_token(),
            log_level=read.one_of("LOG_LEVEL", LEVELS, "info"),
            smtp=read_smtp_url(read.text("SMTP_URL", ""), f"{PREFIX}SMTP_URL"),
            mail_from=read.mail_from(public_url),
            oidc=read.path("OIDC"),
            breached_passwords=read.path("BREACHED_PASSWORDS"),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads variables, and remembers what it read: variable → (its value or default, was it given)."""

    environ: Mapping[str, str]
    seen: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def text(self, name: str, default: str) -> str:
        given = self.environ.get(PREFIX + name, "").strip()
        self.seen.setdefault(PREFIX + name, (given or default, bool(given)))
        return given or default

    def exact(self, name: str) -> str:
        """As it stands, with spaces at its ends."""
        given = self.environ.get(PREFIX + name, "")
        self.seen[PREFIX + name] = (given, bool(given))
        return given

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
        return _whole(PREFIX + name, self.text(name, str(default)), least, most)

    def one_of(self, name: str, words: tuple[str, ...], default: str) -> str:
        text = self.text(name, default).lower()
        if text not in words:
            raise ConfigurationError(
                f"{PREFIX}{name} is {text[:40]!r}; set it to one of {', '.join(words)}",
                field=PREFIX + name,
            )
        return text

    def quorum(self, witnesses: int) -> int:
        """Of the witnesses, more than half unless said otherwise."""
        if not witnesses:
            self.text("WITNESS_QUORUM", "")
            return 0
        return self.whole("WITNESS_QUORUM", witnesses // 2 + 1, least=1, most=witnesses)

    def metrics_token(self) -> str | None:
        text = self.text("METRICS_TOKEN", "")
        if text and len(text) < _SHORTEST_SECRET:
            raise ConfigurationError(
                f"{PREFIX}METRICS_TOKEN is short; set it to {_SHORTEST_SECRET} characters or more, as "
                "openssl rand -hex 16 makes them",
                field=f"{PREFIX}METRICS_TOKEN",
            )
        return text or None

    def port(self) -> int:
        """`PORT`, as hosting platforms give it, wins."""
        given = self.environ.get("PORT", "").strip()
        self.seen["PORT"] = (given, bool(given))
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

    def mail_from(self, public_url: str) -> str:
        """Where mails come from; unless it is set, an address under the public name."""
        host = urlsplit(public_url).hostname or ""
        named = "." in host and not host[-1].isdigit() and ":" not in host
        text = self.text("MAIL_FROM", f"registry@{host if named else 'localhost.invalid'}")
        try:
            return read_address(text)
        except InvalidInput:
            raise ConfigurationError(
                f"{PREFIX}MAIL_FROM is {text[:80]!r}; set it to an e-mail address, such as registry@consent.example",
                field=f"{PREFIX}MAIL_FROM",
            ) from None

    def path(self, name: str) -> Path | None:
        text = self.text(name, "")
        return Path(text) if text else None

    def database_url(self, name: str, default: str) -> str:
        return database_url(self.text(name, default), PREFIX + name)


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it may be shown: without what is secret in it. `given`: by the environment."""

    name: str
    value: str
    given: bool


def shown(environ: Mapping[str, str] | None = None) -> list[Shown]:
    """Every setting. Raises: ConfigurationError, as `Settings.from_environ` does."""
    read = _Reader(os.environ if environ is None else environ)
    Settings._read(read)
    return [
        Shown(name, _without_secrets(name, value), given)
        for name, (value, given) in sorted(read.seen.items())
    ]


def _without_secrets(name: str, value: str) -> str:
    if name in SECRETS:
        return "(set, not shown)" if value else ""
    return _PASSWORD.sub(r"\1:***@", _PASSWORD_MEMBER.sub("***", value))


def database_url(text: str, field: str) -> str:
    """The URL with the driver that we use. Raises: ConfigurationError naming `field`."""
    if text.startswith("postgresql://"):
        return text.replace("postgresql://", "postgresql+psycopg://", 1)
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise ConfigurationError(
        f"{field} begins with {text.partition('//')[0]!r}; set it to sqlite:///path or "
        "postgresql://user@host/name",
        field=field,
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
