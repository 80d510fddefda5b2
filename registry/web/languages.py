"""The languages of the pages: which one a visitor reads, and how it is chosen and remembered.

The catalogues themselves (`registry.languages`) are shared with the mails.
"""

from babel import Locale
from babel.support import Translations
from flask import Flask, Response, request
from flask_babel import Babel, Domain, get_locale

from registry.languages import SOURCE, catalogue, languages
from registry.web.cookies import cookie, give_cookie
from registry.web.page import address_with

COOKIE = "lang"
A_YEAR = 365 * 24 * 3600
_SPACED = frozenset(":;?!")


class _Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's domain, over catalogues compiled in memory."""

    def get_translations(self) -> Translations:
        return catalogue(language())


def language() -> str:
    """The language of this request."""
    locale = get_locale()
    return SOURCE if locale is None else str(locale.language)


def chosen() -> str:
    """By `?lang=`, else by the cookie that such a choice left, else by Accept-Language."""
    for wish in (request.args.get("lang"), cookie(COOKIE)):
        if wish in languages():
            return str(wish)
    return request.accept_languages.best_match(languages(), SOURCE) or SOURCE


def mark(sign: str) -> str:
    """A sign such as `:` or `;` that a template sets after a text: French puts a narrow no-break space before it."""
    return f"\N{NARROW NO-BREAK SPACE}{sign}" if language() == "fr" and sign in _SPACED else sign


def choices() -> list[tuple[str, str, str]]:
    """(code, own name, address of this page in it) of every language, for links that need no script."""
    return [
        (
            code,
            (Locale.parse(code).get_display_name() or code).title(),
            address_with("lang", code),
        )
        for code in languages()
    ]


def remember(response: Response) -> Response:
    """Keeps a choice that was made by `?lang=`, in a cookie."""
    wish = request.args.get("lang")
    if wish in languages() and response.mimetype == "text/html":
        give_cookie(response, COOKIE, str(wish), A_YEAR)
        response.headers["Cache-Control"] = "no-store"  # a cache would give the choice to others
    return response


def install_languages(app: Flask) -> None:
    """Gives this application its languages."""
    babel = Babel(app, default_locale=SOURCE, locale_selector=chosen)
    babel.__dict__["domain_instance"] = _Catalogues(domain="messages")
    app.after_request(remember)
