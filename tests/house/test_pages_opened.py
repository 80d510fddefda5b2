"""A page that no sweep opens is a page that nobody looks at: each has a line in tests/every_page.py, or a reason."""

from flask import Flask

from tests.every_page import NO_PAGES, PAGES
from tests.house.test_routes import app
from tests.house.tree import listed

__all__ = ["app"]
ROOMS = ("registry.web.", "registry.api.pages")


def pages_of(app: Flask) -> set[str]:
    """The endpoints that somebody opens in a browser."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and app.view_functions[rule.endpoint].__module__.startswith(ROOMS)
    }


def test_every_page_is_opened_by_the_sweeps_or_says_why_not(app: Flask) -> None:
    named = PAGES.keys() | NO_PAGES.keys()
    missing = sorted(pages_of(app) - named)
    assert len(PAGES) > 40
    assert not missing, f"say in tests/every_page.py how to open {listed(missing)}"
    assert not named - pages_of(app), listed(sorted(named - pages_of(app)))
    assert not PAGES.keys() & NO_PAGES.keys()
    assert all(NO_PAGES.values())
