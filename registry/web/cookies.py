"""Cookies of the pages: none is read by a script, sent along from elsewhere but by a link, or taken from another host
(RFC 6265bis, sections 4.1.2.6, 4.1.2.7 and 4.1.3).
"""

from flask import request
from werkzeug.wrappers import Response

from registry.web.wired import the_registry


def cookie_named(name: str) -> str:
    """A cookie's name: where the public address is https, with the prefix by which a browser takes it from this host
    alone."""
    return f"__Host-{name}" if _is_https() else name


def cookie(name: str) -> str:
    """What the browser sent under this name; empty for nothing."""
    return request.cookies.get(cookie_named(name), "")


def give_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """The browser keeps this value for so long."""
    response.set_cookie(
        cookie_named(name),
        value,
        max_age=seconds,
        path="/",
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
    )


def take_cookie(response: Response, name: str) -> None:
    """The browser forgets what it keeps under this name."""
    response.delete_cookie(
        cookie_named(name), path="/", secure=_is_https(), httponly=True, samesite="Lax"
    )


def _is_https() -> bool:
    return the_registry().place.public_url.startswith("https://")
