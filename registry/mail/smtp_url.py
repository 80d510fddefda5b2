"""The address of a mail server, as one setting names it: `smtps://` is TLS at once (RFC 8314), `smtp://` is STARTTLS,
which is done without on this machine alone."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from registry.client_address import is_loopback
from registry.errors import ConfigurationError

_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. `tls`: "at-once" (smtps), "starttls" (smtp), or "none" (smtp on this machine alone)."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None


def read_smtp_url(text: str, field: str) -> Smtp | None:
    """`smtps://user:password@host:465`, `smtp://…:587` (STARTTLS), or nothing. Name and password percent-encoded.

    Raises: ConfigurationError naming the field.
    """
    if not text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname or ""
    except (ValueError, KeyError):
        host, port = "", 0
    if not host or parts.path.strip("/") or parts.query:
        raise ConfigurationError(
            f"{field} is no address of a mail server; set it to smtps://user:password@mail.example:465, or to "
            "smtp://user:password@mail.example:587 for STARTTLS",
            field=field,
        )
    here = is_loopback(host)
    tls = "at-once" if parts.scheme == "smtps" else "none" if here else "starttls"
    user, password = parts.username, parts.password
    return Smtp(host, port, tls, user and unquote(user), password and unquote(password))
