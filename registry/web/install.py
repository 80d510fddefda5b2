"""The pages in their application: routes, languages, what every template may use, error pages."""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_skeleton
from flask import Blueprint, Flask
from flask_babel import format_date, format_datetime
from markupsafe import Markup

from registry.bootstrap import Registry
from registry.domain.seal import seal
from registry.instants import parse_rfc3339
from registry.languages import SOURCE
from registry.plain_text import plain
from registry.web import proving, words
from registry.web.account.install import install_account
from registry.web.audit.install import install_audit
from registry.web.begin.install import install_begin
from registry.web.catalogue.install import install_catalogue
from registry.web.chart import bar, columns
from registry.web.error_pages import install_error_pages
from registry.web.how_page import get_how_page
from registry.web.inbox.install import install_inbox
from registry.web.languages import choices, install_languages, language, mark
from registry.web.log_pages import get_key_page, get_log_page
from registry.web.lookup_pages import get_home, get_lookup
from registry.web.page import address_with, dress, json_address, this_address
from registry.web.platform.directory_page import get_directory
from registry.web.platform.install import install_platform
from registry.web.record_pages import get_badge, get_record_page, get_seal, qr_of
from registry.web.rightsholder_page import get_rightsholder_page
from registry.web.say.install import install_say
from registry.web.shown_text import isolated, unbroken
from registry.web.signed_in import form_token, keep_private, seems_signed_in
from registry.web.static_files import address_of, get_static, text_of
from registry.web.statistics_pages import get_statistics, get_statistics_csv
from registry.web.wired import TakePlace, wire_pages
from registry.web.works.install import install_works


def install_web(
    app: Flask, registry: Registry, take_place: TakePlace, take_platform_place: TakePlace
) -> None:
    """Adds the pages to this application. `take_place` counts lookups without a signature, `take_platform_place` what a
    platform does."""
    wire_pages(app, registry, take_place, take_platform_place)
    web = Blueprint("web", __name__, template_folder="templates")
    web.add_url_rule("/", view_func=get_home)
    web.add_url_rule("/lookup", view_func=get_lookup)
    web.add_url_rule("/records/<id>", view_func=get_record_page)
    web.add_url_rule("/records/<id>/seal.svg", view_func=get_seal)
    web.add_url_rule("/records/<id>/badge.svg", view_func=get_badge)
    web.add_url_rule("/rightsholders/<id>", view_func=get_rightsholder_page)
    web.add_url_rule("/how", view_func=get_how_page)
    web.add_url_rule("/log", view_func=get_log_page)
    web.add_url_rule("/statistics", view_func=get_statistics)
    web.add_url_rule("/statistics.csv", view_func=get_statistics_csv)
    web.add_url_rule("/keys", view_func=get_key_page)
    web.add_url_rule("/platforms", "get_platforms", get_directory)
    web.add_url_rule("/static/<path:name>", view_func=get_static)
    app.register_blueprint(web)
    install_account(app)
    install_audit(app)
    install_begin(app)
    install_say(app)
    install_catalogue(app)
    install_inbox(app)
    install_platform(app)
    install_works(app)
    install_languages(app)
    app.context_processor(_tools)
    app.add_template_filter(isolated)
    app.add_template_filter(plain)
    app.add_template_filter(unbroken)
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(_day, "day")
    app.add_template_filter(_month, "month")
    app.after_request(dress)
    app.after_request(keep_private)
    install_error_pages(app)  # after `dress`, and so before it when a reply leaves


def _tools() -> dict[str, Any]:
    """What every template may use beside its own members."""
    return {
        "words": words,
        "proving": proving,
        "lang": language(),
        "mark": mark,
        "choices": choices(),
        "json_address": json_address(),
        "address_with": address_with,
        "this_address": this_address,
        "asset": address_of,
        "glyph_sheet": Markup(text_of("glyphs.svg")),  # noqa: S704  # a file of ours
        "seal_of": _seal_of,
        "columns_of": columns,
        "bar_of": bar,
        "form_token": form_token,
        "seems_signed_in": seems_signed_in,
        "qr_of": lambda address: Markup(qr_of(address)),  # noqa: S704  # drawn from bits alone
    }


def _seal_of(digest: str) -> Markup:
    """The seal of a digest in hexadecimal, or as header fields write it (`sha-256=:…:`, RFC 9530)."""
    if digest.startswith("sha-256=:"):
        return Markup(seal(b64decode(digest[9:-1])))  # noqa: S704  # drawn from bytes alone
    return Markup(seal(bytes.fromhex(digest)))  # noqa: S704


def _moment(text: str) -> Markup:
    """A moment (RFC 3339) in words, to the second, in UTC."""
    clock = format_datetime(_utc(text), "HH:mm:ss")
    return _time(text, f"{_date(text)}, {clock}", " UTC")


def _day(text: str) -> Markup:
    """The day of a moment (RFC 3339) in words."""
    return _time(text, _date(text), "")


def _month(text: str) -> str:
    """A month (`2026-11`) in words."""
    return str(format_skeleton("yMMMM", _utc(f"{text}-01T00:00:00Z"), locale=language()))


def _date(text: str) -> str:
    """The long form of the language; in English the one that is read the same everywhere. In French the first of a
    month is an ordinal, which the patterns of the CLDR do not know."""
    day = _utc(text)
    written = str(format_date(day, "d MMMM y" if language() == SOURCE else "long"))
    return f"1er{written[1:]}" if language() == "fr" and day.day == 1 else written


def _time(text: str, shown: str, zone: str) -> Markup:
    return Markup('<time datetime="{}">{}{}</time>').format(text, shown, zone)


def _utc(text: str) -> datetime:
    return datetime.fromtimestamp(parse_rfc3339(text) / 1000, UTC)
