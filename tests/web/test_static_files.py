"""Style, script, signs and fonts come from here alone, under an address that changes with them."""

import re

from registry.web.static_files import A_WHILE, FOR_EVER, address_of, static_files, text_of
from tests.web.conftest import Browser
from tests.web.on_sqlite import database_url  # noqa: F401

MOST_FONT_BYTES = 200_000


def test_a_file_under_its_version_may_be_kept_for_ever(browser: Browser) -> None:
    reply = browser.get(address_of("web.css"))
    assert reply.content_type == "text/css; charset=utf-8"
    assert reply.headers["Cache-Control"] == FOR_EVER
    assert browser.get("/static/web.css").headers["Cache-Control"] == A_WHILE
    assert browser.get("/static/web.css?v=old").headers["Cache-Control"] == A_WHILE


def test_nothing_else_is_served(browser: Browser) -> None:
    for path in (
        "/static/",
        "/static/nothing.css",
        "/static/../words.py",
        "/static/%2e%2e/words.py",
    ):
        assert browser.get(path).status_code == 404, path


def test_the_fonts_are_few_and_bear_their_licences() -> None:
    fonts = {name: file for name, file in static_files().items() if name.endswith(".woff2")}
    assert 0 < sum(len(file.body) for file in fonts.values()) < MOST_FONT_BYTES
    for name in fonts:
        family = re.match(r"fonts/([a-z-]+?)-latin", name)
        assert family is not None
        assert "SIL Open Font License" in text_of(f"fonts/{family[1]}.LICENSE.txt")


def test_the_style_names_no_other_place_and_only_fonts_that_are_here() -> None:
    style = text_of("web.css")
    assert "//" not in re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    named = set(re.findall(r'url\("([^"]+)"\)', style))
    assert named == {name for name in static_files() if name.endswith(".woff2")}


def test_the_style_knows_light_dark_and_paper() -> None:
    style = text_of("web.css")
    for about in ("prefers-color-scheme: dark", "@media print", "prefers-reduced-motion", "@page"):
        assert about in style


def test_the_five_signs_are_drawn_once_in_the_ink_of_the_text() -> None:
    sheet = text_of("glyphs.svg")
    assert re.findall(r'id="glyph-([a-z]+)"', sheet) == [
        "deny", "conditional", "allow", "unstated", "unregistered",
    ]  # fmt: skip
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', sheet)) <= {"none", "currentColor"}
