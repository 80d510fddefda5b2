"""The pages are in the application, each under its decision, with moments and seals in words that last."""

import pytest
from flask import Flask, render_template_string

from registry.api.permissions import PERMISSIONS, Who
from registry.domain.seal import seal
from tests.web.conftest import Browser
from tests.web.on_sqlite import database_url  # noqa: F401


@pytest.fixture
def app(browser: Browser) -> Flask:
    return browser.client.application


def test_every_page_is_everyones(app: Flask) -> None:
    routes = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    pages = {name: rule for name, rule in routes.items() if name.startswith("web.")}
    assert set(pages.values()) == {
        "/", "/lookup", "/records/<id>", "/records/<id>/seal.svg", "/records/<id>/badge.svg", "/how", "/log",
        "/keys", "/statistics", "/statistics.csv", "/platforms",
        "/rightsholders/<id>", "/static/<path:name>",
    }  # fmt: skip
    assert {PERMISSIONS[name] for name in pages} == {Who.EVERYONE}


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "22 November 2026", "22 November 2026, 05:00:01 UTC"),
        ("de", "22. November 2026", "22. November 2026, 05:00:01 UTC"),
        ("fr", "22 novembre 2026", "22 novembre 2026, 05:00:01 UTC"),
        ("es", "22 de noviembre de 2026", "22 de noviembre de 2026, 05:00:01 UTC"),
    ],
)
def test_a_moment_is_in_words_with_its_exact_time_behind(
    app: Flask, language: str, day: str, moment: str
) -> None:
    text = "2026-11-22T05:00:01.123Z"
    with app.test_request_context(headers={"Accept-Language": language}):
        shown = render_template_string("{{ text|day }} / {{ text|moment }}", text=text)
    attribute = f'datetime="{text}"'
    assert shown == f"<time {attribute}>{day}</time> / <time {attribute}>{moment}</time>"


def test_the_first_of_a_month_is_an_ordinal_in_french_alone(app: Flask) -> None:
    for language, day in [("fr", "1er novembre 2026"), ("de", "1. November 2026")]:
        with app.test_request_context(headers={"Accept-Language": language}):
            assert f">{day}<" in render_template_string("{{ '2026-11-01T05:00:01Z'|day }}")


def test_a_seal_is_drawn_from_either_writing_of_a_digest(app: Flask) -> None:
    field = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
    with app.test_request_context():
        for digest in (field, "00" * 32):
            assert render_template_string("{{ seal_of(digest) }}", digest=digest) == seal(bytes(32))
