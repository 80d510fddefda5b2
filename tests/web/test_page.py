"""A page and its data are one; a page comes under a strict policy."""

import re

import pytest

from tests.web.conftest import HTML, Browser
from tests.web.on_sqlite import database_url  # noqa: F401

PAGES = ["/", "/lookup?id=isrc:GBAYE0601498", "/how", "/log", "/keys"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_also_there_as_data_by_accept_and_by_its_link(
    browser: Browser, path: str
) -> None:
    page = browser.page(path)
    (link,) = re.findall(r'href="([^"]*format=json)"', page)
    by_link = browser.client.get(link.replace("&amp;", "&"), headers=HTML)
    by_accept = browser.client.get(path, headers={"Accept": "application/json"})
    assert by_link.content_type == by_accept.content_type == "application/json"
    assert by_link.get_json() == by_accept.get_json()


@pytest.mark.parametrize("path", [*PAGES, "/nope", "/docs", "/problems/not-found"])
def test_a_page_runs_nothing_inline_and_loads_nothing_from_elsewhere(
    browser: Browser, path: str
) -> None:
    reply = browser.get(path)
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert len(reply.headers.getlist("Content-Security-Policy")) == 1
    assert "<script" not in reply.text
    assert " style=" not in reply.text
    assert not re.search(r"\son[a-z]+=", reply.text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', reply.text)
    assert reply.text.count("<h1") == 1
    assert reply.text.count("<main") == 1
    assert {"Accept", "Accept-Language", "Cookie"} <= set(reply.headers["Vary"].split(", "))


def test_a_format_that_does_not_exist_is_refused_in_words(browser: Browser) -> None:
    reply = browser.client.get("/?format=xml", headers={"Accept": "*/*"})
    assert reply.status_code == 400
    assert reply.get_json()["field"] == "format"


def test_every_link_on_every_page_leads_somewhere(browser: Browser) -> None:
    seen = set()
    for path in [*PAGES, "/nope"]:
        seen |= set(re.findall(r'href="(/[^"]*)"', browser.get(path).text))
    assert len(seen) > 15
    for link in sorted(seen):
        reply = browser.get(link.replace("&amp;", "&"))
        if link in {
            "/account",
            "/platform",
            "/catalogue",
        }:  # what is somebody's own leads to where they sign in
            assert reply.headers["Location"].startswith("/account/sign-in?next="), link
        else:
            assert reply.status_code == (404 if "nope" in link else 200), link
