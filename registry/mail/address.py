"""E-mail addresses (RFC 5321, section 4.1.2, without quoted and non-ASCII local parts): read once, and compared in
one form."""

import re

from registry.errors import InvalidInput

MOST_CHARACTERS = 254
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def read_address(text: str, field: str = "email") -> str:
    """The address with its domain in lower case and ASCII (IDNA).

    Raises: InvalidInput naming the field.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    good = (
        at
        and len(local) <= 64
        and _LOCAL.fullmatch(local)
        and len(labels) > 1
        and all(_LABEL.fullmatch(each) for each in labels)
        and not labels[-1].isdigit()
        and len(local) + len(domain) < MOST_CHARACTERS
    )
    if not good:
        raise InvalidInput(
            "this is no e-mail address that we can write to; it looks like ada@example.org",
            field=field,
        )
    return f"{local}@{domain}"


def address_key(address: str) -> str:
    """The form in which two addresses are compared: nobody may hold an account beside another's by a capital."""
    return address.lower()
